using PruneSearch.Core.Detectors.Backbones;
using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors.RetinaNet;

/// <summary>How torchvision calls the tensors of its RetinaNet, and of the ResNets alone.</summary>
internal static class TorchvisionRetinaNet
{
    private const double Epsilon = 1e-5;
    private const string Body = "backbone.body.", Features = "features.";

    private static readonly RetinaNetOptions Options = new() { Padding = PaddingStyle.Symmetric, PictureValues = PictureValues.ImageNet, Background = true };

    /// <summary>All kinds of files.</summary>
    public static IReadOnlyList<ForeignNames> All { get; } =
    [
        Names("torchvision's RetinaNet on a ResNet", Body + TorchvisionResNet.First, Options with { Backbone = RetinaNetBackbone.ResNet50 }, Whole),
        Names("torchvision's RetinaNet on MobileNet-V2", Body + "0.0.weight", Options, Whole),
        Names("torchvision's resnet18 or resnet50", TorchvisionResNet.First, Options with { Backbone = RetinaNetBackbone.ResNet50, Background = false },
            TorchvisionResNet.Of),
    ];

    private static ForeignNames Names(string program, string first, RetinaNetOptions options, Func<string, string?> of) => new()
    {
        Program = program,
        First = first,
        Template = RetinaNetFamily.Spec(["object"], options),
        Of = of,
        Epsilon = Epsilon,
    };

    private static string? Whole(string tensor)
    {
        if (TorchvisionResNet.Of(tensor) is { } resnet)
        {
            return Body + resnet;
        }
        if (TorchvisionMobileNetV2.Of(tensor) is { } mobile)
        {
            return Body + mobile[Features.Length..];
        }
        int dot = tensor.LastIndexOf('.');
        string layer = tensor[..dot], part = tensor[dot..];
        return layer.StartsWith("fpn.extra_blocks", StringComparison.Ordinal) ? $"backbone.{tensor}"
            : layer.StartsWith("fpn.", StringComparison.Ordinal) ? $"backbone.{layer}.0{part}"
            : layer.Contains(".conv.", StringComparison.Ordinal) ? $"head.{layer}.0{part}"
            : $"head.{tensor}";
    }
}
