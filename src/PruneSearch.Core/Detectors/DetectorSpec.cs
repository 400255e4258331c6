using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Settings;

namespace PruneSearch.Core.Detectors;

/// <summary>How the feature layers after the backbone are built.</summary>
public enum ExtraLayerStyle
{
    /// <summary>Full 3×3 convolutions.</summary>
    Full,

    /// <summary>Depthwise 3×3 followed by pointwise 1×1.</summary>
    Separable,
}

/// <summary>How the box and class predictions are computed from a feature map.</summary>
public enum HeadStyle
{
    /// <summary>1×1 convolutions.</summary>
    Pointwise,

    /// <summary>Full 3×3 convolutions (SSD).</summary>
    Full,

    /// <summary>Depthwise 3×3, activation, pointwise 1×1 (SSDLite).</summary>
    Separable,
}

/// <summary>How class outputs become scores.</summary>
public enum ScoreFunction
{
    /// <summary>Each class on its own.</summary>
    Sigmoid,

    /// <summary>All classes with the background.</summary>
    Softmax,
}

/// <summary>Order of the four coded box values.</summary>
public enum BoxOrder
{
    /// <summary>y, x, height, width (TensorFlow).</summary>
    Yxhw,

    /// <summary>x, y, width, height (Caffe, PyTorch).</summary>
    Xywh,
}

/// <summary>
/// Everything that defines a detector but its weights: architecture, classes and the width of each channel group. It is
/// enough to build the network, to count its parameters and MACs and to tell which weights fit.
/// </summary>
[GenerateSerializer, Alias("prunesearch.DetectorSpec")]
public sealed record DetectorSpec : IHasForms
{
    /// <summary>Version of this format.</summary>
    public const int CurrentFormat = 1;

    /// <summary>What a search file says about a detector: other keys for each architecture.</summary>
    public static SettingsForms Forms => new("architecture", "The detector to build.", [.. DetectorCatalog.Templates.Select(t => new SettingsForm(t.Architecture, t))]) { HasDefault = true };

    /// <summary>Format version of the JSON form.</summary>
    [Id(0)]
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Architecture name; see <see cref="DetectorCatalog"/>.</summary>
    [Id(1)]
    public required string Architecture { get; init; }

    /// <summary>Edge of the square input picture in pixels.</summary>
    [Id(2)]
    [Description("Edge of the square input in pixels."), Range(32, 4096)]
    public int InputSize { get; init; } = 300;

    /// <summary>Backbone width multiplier, above 0.</summary>
    [Id(3)]
    [Description("Backbone width multiplier."), Range(0.0, 8.0, MinimumIsExclusive = true)]
    public double WidthMultiplier { get; init; } = 1.0;

    /// <summary>Class names in output order, without the background, which is output 0.</summary>
    [Id(4)]
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Style of the extra feature layers.</summary>
    [Id(5)]
    [Description("Feature layers after the backbone: full 3×3 or depthwise separable convolutions.")]
    public ExtraLayerStyle Extras { get; init; } = ExtraLayerStyle.Full;

    /// <summary>Style of the prediction heads.</summary>
    [Id(6)]
    [Description("Prediction heads: 1×1, full 3×3 or depthwise separable (SSDLite) convolutions.")]
    public HeadStyle Heads { get; init; } = HeadStyle.Pointwise;

    /// <summary>Padding rule of all convolutions.</summary>
    [Id(7)]
    public PaddingStyle Padding { get; init; } = PaddingStyle.TensorFlowSame;

    /// <summary>Whether convolutions are followed by batch normalisation; otherwise they have biases (folded).</summary>
    [Id(8)]
    public bool BatchNorm { get; init; } = true;

    /// <summary>How class outputs become scores.</summary>
    [Id(9)]
    public ScoreFunction Scores { get; init; } = ScoreFunction.Sigmoid;

    /// <summary>Order of the coded box values.</summary>
    [Id(10)]
    public BoxOrder BoxOrder { get; init; } = BoxOrder.Yxhw;

    /// <summary>Factor of the coded centre offsets (10 in the SSD paper's implementation).</summary>
    [Id(11)]
    public double CenterScale { get; init; } = 10;

    /// <summary>Factor of the coded log sizes (5 in the SSD paper's implementation).</summary>
    [Id(12)]
    public double SizeScale { get; init; } = 5;

    /// <summary>Width of each channel group that is not at its dense width; a saved specification names all of them.</summary>
    [Id(13)]
    public SortedDictionary<string, int> Widths { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Outputs a box for classes: the classes and the background.</summary>
    [JsonIgnore]
    public int ClassOutputs => Classes.Count + 1;

    /// <summary>The readable, versioned JSON form.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, CoreJson.Readable);

    /// <summary>Reads the JSON form.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="FormatException">It is no detector specification of a known version; the message says where.</exception>
    public static DetectorSpec FromJson(string json, string source)
    {
        DetectorSpec? spec;
        try
        {
            spec = JsonSerializer.Deserialize<DetectorSpec>(json, CoreJson.Readable);
        }
        catch (JsonException e)
        {
            throw new FormatException(ErrorText.OneLine($"{source}: no detector specification: {e.Message}"), e);
        }
        return spec switch
        {
            null => throw new FormatException($"{source}: no detector specification: it is null"),
            { Architecture: null } or { Classes: null } or { Widths: null } => throw new FormatException($"{source}: no detector specification: its architecture, classes or widths are null"),
            { Format: not CurrentFormat } => throw new FormatException($"{source}: detector format {spec.Format} is not known, expected {CurrentFormat}"),
            _ => spec,
        };
    }
}
