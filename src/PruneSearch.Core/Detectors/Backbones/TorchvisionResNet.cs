namespace PruneSearch.Core.Detectors.Backbones;

/// <summary>Names of the backbone's tensors in torchvision's <c>resnet18</c> and <c>resnet50</c>.</summary>
internal static class TorchvisionResNet
{
    private const string Norm = ".bn", Downsample = ".downsample", Conv = "conv";

    /// <summary>A tensor that every such state dict has.</summary>
    public const string First = "layer1.0.conv1.weight";

    /// <summary>The name there of a tensor here; <see langword="null"/> for tensors beyond the backbone.</summary>
    public static string? Of(string tensor)
    {
        if (!tensor.StartsWith("conv1.", StringComparison.Ordinal) && !tensor.StartsWith("layer", StringComparison.Ordinal))
        {
            return null;
        }
        int dot = tensor.LastIndexOf('.');
        bool norm = tensor[..dot].EndsWith(Norm, StringComparison.Ordinal);
        string conv = norm ? tensor[..(dot - Norm.Length)] : tensor[..dot];
        return conv.EndsWith(Downsample, StringComparison.Ordinal) ? conv + (norm ? ".1" : ".0") + tensor[dot..]
            : norm ? conv[..^(Conv.Length + 1)] + "bn" + conv[^1] + tensor[dot..]
            : tensor;
    }
}
