using System.Globalization;

namespace PruneSearch.Core.Detectors.Backbones;

/// <summary>
/// Names of the backbone's tensors in torchvision's <c>mobilenet_v2</c>: <c>features.0</c> is the first convolution,
/// <c>features.1</c> to <c>features.17</c> are the blocks, <c>features.18</c> is the last convolution. Within a block,
/// convolutions with an activation are a pair (convolution, batch norm), the projection is two members of its own.
/// </summary>
internal static class TorchvisionMobileNetV2
{
    /// <summary>A tensor that every such state dict has.</summary>
    public const string First = "features.0.0.weight";

    private const string Block = "expanded_conv", Norm = ".bn";

    /// <summary>The name there of a tensor here; <see langword="null"/> for tensors beyond the backbone.</summary>
    public static string? Of(string tensor)
    {
        int dot = tensor.LastIndexOf('.');
        string layer = tensor[..dot];
        bool norm = layer.EndsWith(Norm, StringComparison.Ordinal);
        return Layer(norm ? layer[..^Norm.Length] : layer) is var (conv, batchNorm) ? (norm ? batchNorm : conv) + tensor[dot..] : null;
    }

    // The name there of a convolution here and of the batch norm after it.
    private static (string Convolution, string BatchNorm)? Layer(string layer) => layer switch
    {
        "Conv" => ("features.0.0", "features.0.1"),
        "Conv_1" => ("features.18.0", "features.18.1"),
        _ => layer.StartsWith(Block, StringComparison.Ordinal) && layer.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
            ? InBlock(layer[Block.Length..dot], layer[(dot + 1)..])
            : null,
    };

    private static (string, string)? InBlock(string suffix, string part)
    {
        int block = suffix.Length == 0 ? 0 : int.Parse(suffix.AsSpan(1), CultureInfo.InvariantCulture);
        int depthwise = block == 0 ? 0 : 1; // the first block has no expansion
        string name = string.Create(CultureInfo.InvariantCulture, $"features.{block + 1}.conv");
        return part switch
        {
            "expand" => ($"{name}.0.0", $"{name}.0.1"),
            "depthwise" => ($"{name}.{depthwise}.0", $"{name}.{depthwise}.1"),
            "project" => ($"{name}.{depthwise + 1}", $"{name}.{depthwise + 2}"),
            _ => null,
        };
    }
}
