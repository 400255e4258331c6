using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PruneSearch.Core.Settings;

namespace PruneSearch.Core.Detectors;

/// <summary>
/// Everything that defines a detector but its weights: architecture, classes and the width of each channel group. It is
/// enough to build the network, to count its parameters and MACs and to tell which weights fit.
/// </summary>
[GenerateSerializer, Alias("prunesearch.DetectorSpec")]
[JsonConverter(typeof(DetectorSpecConverter))]
public sealed record DetectorSpec : IHasForms
{
    /// <summary>Version of this format. Format 1 had the options of its one family among the members; it is read.</summary>
    public const int CurrentFormat = 2;

    /// <summary>What a search file says about a detector: other keys for each architecture.</summary>
    public static SettingsForms Forms =>
        new("architecture", "The detector to build.", [.. DetectorCatalog.Families.Select(f => new SettingsForm(f.Template.Architecture, f.Template))])
        {
            HasDefault = true,
        };

    /// <summary>Format version of the JSON form.</summary>
    [Id(0)]
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Architecture name; see <see cref="DetectorCatalog"/>.</summary>
    [Id(1)]
    public required string Architecture { get; init; }

    /// <summary>Edge of the square input picture in pixels, 32 to 4096.</summary>
    [Id(2)]
    [Description("Edge of the square input in pixels."), Range(32, 4096)]
    public int InputSize { get; init; } = 300;

    /// <summary>Class names in output order, without the background.</summary>
    [Id(4)]
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Whether convolutions are followed by batch normalisation; otherwise they have biases (folded).</summary>
    [Id(8)]
    public bool BatchNorm { get; init; } = true;

    /// <summary>What the architecture's family adds.</summary>
    [Id(14)]
    [Inline]
    public required DetectorOptions Options { get; init; }

    /// <summary>Width of each channel group that is not at its dense width; a saved specification names all of them.</summary>
    [Id(13)]
    public SortedDictionary<string, int> Widths { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The same with one option of the family changed.</summary>
    /// <param name="name">Its name in JSON.</param>
    /// <exception cref="ArgumentException">The family has no such option, or it does not take the value.</exception>
    public DetectorSpec WithOption(string name, JsonNode value)
    {
        var type = Options.GetType();
        var json = JsonSerializer.SerializeToNode(Options, type, CoreJson.Readable)!.AsObject();
        try
        {
            json[name] = value;
            return this with { Options = (DetectorOptions)json.Deserialize(type, CoreJson.Readable)! };
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"Architecture '{Architecture}' does not take option '{name}' = {value.ToJsonString()}.", e);
        }
    }

    /// <summary>Architecture, size and options in one line: those that a search file names, and what else differs from the family's defaults.</summary>
    /// <exception cref="ArgumentException">There is no such architecture.</exception>
    public string Describe()
    {
        var type = Options.GetType();
        JsonObject Members(DetectorOptions options) => JsonSerializer.SerializeToNode(options, type, CoreJson.Canonical)!.AsObject();
        var defaults = Members(DetectorCatalog.Find(Architecture).Template.Options);
        var settings = type.GetProperties().Where(p => p.IsDefined(typeof(DescriptionAttribute), inherit: false))
            .Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).ToHashSet();
        return FormattableString.Invariant($"{Architecture}, input {InputSize}×{InputSize}") + string.Concat(Members(Options)
            .Where(o => settings.Contains(o.Key) || !JsonNode.DeepEquals(o.Value, defaults[o.Key]))
            .Select(o => $", {JsonNamingPolicy.KebabCaseLower.ConvertName(o.Key)} {o.Value}"));
    }

    /// <summary>Refuses an input that the network's last feature map does not divide evenly: its reference boxes would not lie where it looks.</summary>
    /// <param name="stride">Pixels of the input a position of that map.</param>
    /// <exception cref="ArgumentException">The input size is no multiple of it; the message gives the two nearest.</exception>
    internal void RequireMultipleOf(int stride)
    {
        if (InputSize % stride != 0)
        {
            int below = InputSize / stride * stride;
            throw new ArgumentException($"Input size {InputSize} is no multiple of the stride {stride}; the nearest are {below} and {below + stride}.");
        }
    }

    /// <summary>The readable, versioned JSON form.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, CoreJson.Readable);

    /// <summary>Reads the JSON form.</summary>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="FormatException">It is no detector specification of a known version; the message says where.</exception>
    public static DetectorSpec FromJson(string json, string source)
    {
        try
        {
            return JsonSerializer.Deserialize<DetectorSpec>(json, CoreJson.Readable)
                ?? throw new FormatException($"{source}: no detector specification: it is null");
        }
        catch (JsonException e)
        {
            throw new FormatException(ErrorText.OneLine($"{source}: no detector specification: {e.Message}"), e);
        }
    }
}
