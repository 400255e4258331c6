using PruneSearch.Client.SearchFiles.Schema;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Reads search files strictly: whatever it does not understand, it refuses with its place.</summary>
public static class SearchFileReader
{
    private const int MaxBytes = 1 << 20, MaxDepth = 32;

    /// <summary>Reads a file.</summary>
    /// <exception cref="SearchFileException">It cannot be read or is not valid; every error is listed.</exception>
    public static SearchFile Read(string path) => Parse(ReadText(path), path);

    /// <summary>Reads what a file says about its base detector; it needs no trajectories, but <c>detector.fine-tune</c>.</summary>
    /// <exception cref="SearchFileException">It cannot be read or is not valid; every error is listed.</exception>
    public static TrainingFile ReadTraining(string path) => Parse(ReadText(path), path, key => key != "trajectories", (rules, error) =>
    {
        var s = rules.Base();
        if (s.Detector.FineTune is null)
        {
            error("detector", "detector lacks 'fine-tune', expected how it is trained");
        }
        return new TrainingFile(path, s.Data, s.Detector, s.Detector.FineTune!, s.Measure, s.EverySeed[0]);
    });

    /// <summary>Reads a text.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="path">Where it stands: for messages, and for paths, which are relative to its folder.</param>
    /// <exception cref="SearchFileException">It is not valid; every error is listed.</exception>
    public static SearchFile Parse(string text, string path) => Parse(text, path, _ => true, (rules, _) => new SearchFile(path, text, rules.Search()));

    /// <summary>Reads what a file says about its data.</summary>
    /// <exception cref="SearchFileException">It cannot be read or is not valid; every error is listed.</exception>
    public static DataSource ReadData(string path) => Parse(ReadText(path), path, key => key == "data", (rules, _) => rules.Data());

    private static string ReadText(string path)
    {
        try
        {
            var info = new FileInfo(path);
            if (info.Exists && info.Length > MaxBytes)
            {
                throw new SearchFileException($"{path}: {info.Length} bytes are no search file, expected at most {MaxBytes}");
            }
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SearchFileException($"{path}: there is no such file, expected a search file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SearchFileException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    private static T Parse<T>(string text, string path, Func<string, bool> required, Func<SearchFileRules, Action<string, string>, T> read)
    {
        var reader = new DocumentReader(path);
        var root = reader.Mapping(LoadRoot(text, path), SettingsSection.Of<SearchSettings>().Requiring(s => required(s.Key)), "");
        if (root is null || reader.Errors.Count > 0)
        {
            throw new SearchFileException(reader.Errors);
        }
        var file = read(new SearchFileRules(reader, root), (key, message) => reader.Error(root.At(key), message));
        return reader.Errors.Count > 0 ? throw new SearchFileException(reader.Errors) : file;
    }

    private static YamlNode LoadRoot(string text, string path)
    {
        try
        {
            RefuseDepth(text, path);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 1 ? stream.Documents[0].RootNode
                : throw new SearchFileException($"{path}: has {stream.Documents.Count} YAML documents, expected one");
        }
        catch (YamlException e)
        {
            throw new SearchFileException($"{path}:{e.Start.Line}:{e.Start.Column}: no valid YAML: {(e.InnerException ?? e).Message}", e);
        }
    }

    // The document model is built recursively, and aliases can multiply a small text: both end here.
    private static void RefuseDepth(string text, string path)
    {
        var parser = new Parser(new StringReader(text));
        int depth = 0;
        while (parser.MoveNext())
        {
            var at = parser.Current!.Start;
            depth += parser.Current.NestingIncrease;
            if (depth > MaxDepth)
            {
                throw new SearchFileException($"{path}:{at.Line}:{at.Column}: nested too deeply, expected at most {MaxDepth} levels");
            }
            if (parser.Current is AnchorAlias)
            {
                throw new SearchFileException($"{path}:{at.Line}:{at.Column}: an alias (*name), expected the values themselves");
            }
        }
    }
}
