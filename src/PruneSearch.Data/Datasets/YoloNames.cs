using System.Globalization;
using PruneSearch.Core.Files;
using PruneSearch.Data.Text;
using YamlDotNet.RepresentationModel;

namespace PruneSearch.Data.Datasets;

/// <summary>
/// The class names of a YOLO folder: <c>classes.txt</c> with one a line, or <c>names</c> of <c>data.yaml</c>, a list or a mapping
/// from 0 on.
/// </summary>
internal static class YoloNames
{
    private const string ListFile = "classes.txt", Key = "names";
    private const int MaxBytes = 1 << 20;

    private static readonly string[] YamlFiles = ["data.yaml", "data.yml", "dataset.yaml", "dataset.yml"];

    /// <summary>Whether a file among the labels is the list that some tools put there.</summary>
    public static bool IsListOfClasses(string file) => file == ListFile;

    /// <param name="otherwise">The names where the folder has none.</param>
    /// <param name="findings">Told what was taken on trust.</param>
    /// <exception cref="DatasetException">There are none, or they cannot be understood.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<string> Read(string root, IReadOnlyList<string>? otherwise, Findings findings)
    {
        string list = Path.Combine(root, ListFile);
        if (FileKinds.Of(list) != FileKind.Missing)
        {
            return TextFile.Lines(AnnotationText.Read(list, MaxBytes, findings, ListFile));
        }
        string? yaml = YamlFiles.Select(f => Path.Combine(root, f)).FirstOrDefault(f => FileKinds.Of(f) != FileKind.Missing);
        return yaml is not null ? OfYaml(AnnotationText.Read(yaml, MaxBytes, findings, Path.GetFileName(yaml)), yaml)
            : otherwise ?? throw new DatasetException($"{list}: does not exist, expected a class name a line (or {YamlFiles[0]} with '{Key}', or a list of " +
                "classes in the options)");
    }

    private static string[] OfYaml(string text, string file) =>
        YamlText.Load(text, (at, message) => new DatasetException($"{file}: line {at.Line}: {message}")) switch
        {
            YamlMappingNode root => root.Children.FirstOrDefault(c => c.Key is YamlScalarNode { Value: Key }).Value switch
            {
                null => throw new DatasetException($"{file}: lacks '{Key}', expected a list of class names"),
                YamlSequenceNode names => [.. names.Children.Select(n => Name(n, file))],
                YamlMappingNode names => Numbered(names, file),
                var other => throw new DatasetException($"{file}: line {other.Start.Line}: '{Key}' is a single value, expected a list of class names, or a " +
                    "mapping from numbers to names"),
            },
            _ => throw new DatasetException($"{file}: is no mapping, expected the key '{Key}'"),
        };

    private static string[] Numbered(YamlMappingNode mapping, string file)
    {
        string?[] names = new string?[mapping.Children.Count];
        foreach (var (key, value) in mapping.Children)
        {
            if (!int.TryParse((key as YamlScalarNode)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                || index >= names.Length || names[index] is not null)
            {
                throw new DatasetException(
                    $"{file}: line {key.Start.Line}: '{Key}' has the number '{key}', expected each from 0 to {names.Length - 1} once");
            }
            names[index] = Name(value, file);
        }
        return names!;
    }

    private static string Name(YamlNode node, string file) => node is YamlScalarNode { Value: { Length: > 0 } name } ? name
        : throw new DatasetException($"{file}: line {node.Start.Line}: '{Key}' has something that is no text, expected class names");
}
