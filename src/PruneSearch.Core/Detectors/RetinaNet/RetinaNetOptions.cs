using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors.RetinaNet;

/// <summary>What the pyramid stands on.</summary>
public enum RetinaNetBackbone
{
    /// <summary>MobileNet-V2 (Sandler et al. 2018).</summary>
    [JsonStringEnumMemberName("mobilenet-v2")]
    MobileNetV2,

    /// <summary>ResNet with 18 layers (He et al. 2016).</summary>
    [JsonStringEnumMemberName("resnet-18")]
    ResNet18,

    /// <summary>ResNet with 50 layers.</summary>
    [JsonStringEnumMemberName("resnet-50")]
    ResNet50,
}

/// <summary>What the convolutions of a head are made of.</summary>
public enum HeadConvolutions
{
    /// <summary>Full 3×3.</summary>
    Full,

    /// <summary>Depthwise 3×3 followed by pointwise 1×1.</summary>
    Separable,
}

/// <summary>Batch norms of the heads, whose convolutions are shared over the levels.</summary>
public enum HeadNorms
{
    /// <summary>None: biases.</summary>
    None,

    /// <summary>The levels share them too.</summary>
    Shared,

    /// <summary>Each level has its own.</summary>
    PerLevel,
}

/// <summary>What values the network was trained to take.</summary>
public enum PictureValues
{
    /// <summary>From −1 (black) to 1 (white).</summary>
    MinusOneToOne,

    /// <summary>With the mean and deviation of ImageNet.</summary>
    [JsonStringEnumMemberName("imagenet")]
    ImageNet,
}

/// <summary>What a RetinaNet can be besides its size, its classes and its widths.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.RetinaNetOptions")]
public sealed record RetinaNetOptions : DetectorOptions
{
    /// <summary>What the pyramid stands on.</summary>
    [Id(0)]
    [Description("What the pyramid stands on.")]
    public RetinaNetBackbone Backbone { get; init; } = RetinaNetBackbone.MobileNetV2;

    /// <summary>Width multiplier of MobileNet-V2; ResNets have 1.</summary>
    [Id(1)]
    [Description("Width multiplier of MobileNet-V2; ResNets have 1."), Range(0.0, 8.0, MinimumIsExclusive = true)]
    public double WidthMultiplier { get; init; } = 1;

    /// <summary>Channels of the pyramid and the heads.</summary>
    [Id(2)]
    [Description("Channels of the pyramid and the heads."), Range(64, 256)]
    public int PyramidWidth { get; init; } = 256;

    /// <summary>Convolutions of each head before its prediction.</summary>
    [Id(3)]
    [Description("Convolutions of each head before its prediction."), Range(0, 4)]
    public int HeadDepth { get; init; } = 4;

    /// <summary>Convolutions of the heads.</summary>
    [Id(4)]
    [Description("Convolutions of the heads: full 3×3 or depthwise separable.")]
    public HeadConvolutions Heads { get; init; } = HeadConvolutions.Full;

    /// <summary>Batch norms of the heads.</summary>
    [Id(5)]
    [Description("Batch norms in the heads, whose convolutions the levels share: none, shared too, or one for each level.")]
    public HeadNorms HeadNorms { get; init; } = HeadNorms.None;

    /// <summary>Edge of the smallest anchor of a level in strides of the level.</summary>
    [Id(6)]
    [Description("Edge of the smallest anchor of a level in strides of the level."), Range(1.0, 16.0)]
    public double AnchorScale { get; init; } = 4;

    /// <summary>Whether pictures keep their aspect ratio.</summary>
    [Id(7)]
    [Description("Keep the aspect ratio of pictures and fill the rest of the input with grey; otherwise they are stretched.")]
    public bool Letterbox { get; init; }

    /// <summary>What values the network takes.</summary>
    [Id(8)]
    [Description("Values of the input: from -1 to 1, or with the mean and deviation of ImageNet; as the weights were trained.")]
    public PictureValues PictureValues { get; init; } = PictureValues.MinusOneToOne;

    /// <summary>Padding rule of all convolutions.</summary>
    [Id(9)]
    public PaddingStyle Padding { get; init; } = PaddingStyle.TensorFlowSame;

    /// <summary>Whether class output 0 is none of the classes, as torchvision counts it.</summary>
    [Id(10)]
    public bool Background { get; init; }
}
