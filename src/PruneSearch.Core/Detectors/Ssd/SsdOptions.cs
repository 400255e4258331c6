using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors.Ssd;

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

/// <summary>What an SSD can be besides its size, its classes and its widths.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.SsdOptions")]
public sealed record SsdOptions : DetectorOptions
{
    /// <summary>Share of MobileNet-V2's widths that the backbone has.</summary>
    [Id(0)]
    [Description("Backbone width multiplier."), Range(0.0, 8.0, MinimumIsExclusive = true)]
    public double WidthMultiplier { get; init; } = 1.0;

    /// <summary>Style of the extra feature layers.</summary>
    [Id(1)]
    [Description("Feature layers after the backbone: full 3×3 or depthwise separable convolutions.")]
    public ExtraLayerStyle Extras { get; init; } = ExtraLayerStyle.Full;

    /// <summary>Style of the prediction heads.</summary>
    [Id(2)]
    [Description("Prediction heads: 1×1, full 3×3 or depthwise separable (SSDLite) convolutions.")]
    public HeadStyle Heads { get; init; } = HeadStyle.Pointwise;

    /// <summary>Padding rule of all convolutions.</summary>
    [Id(3)]
    public PaddingStyle Padding { get; init; } = PaddingStyle.TensorFlowSame;

    /// <summary>How class outputs become scores.</summary>
    [Id(4)]
    public ScoreFunction Scores { get; init; } = ScoreFunction.Sigmoid;

    /// <summary>Order of the coded box values.</summary>
    [Id(5)]
    public BoxOrder BoxOrder { get; init; } = BoxOrder.Yxhw;

    /// <summary>Factor of the coded centre offsets (10 in the SSD paper's implementation).</summary>
    [Id(6)]
    public double CenterScale { get; init; } = 10;

    /// <summary>Factor of the coded log sizes (5 in the SSD paper's implementation).</summary>
    [Id(7)]
    public double SizeScale { get; init; } = 5;

    /// <summary>
    /// Input size that the weights were trained for, where it is another: default boxes then have the sizes in pixels that they have there.
    /// <see langword="null"/> for the detector's own input size.
    /// </summary>
    [Id(8), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TrainedSize { get; init; }
}
