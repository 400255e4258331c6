using PruneSearch.Core.Weights;

namespace PruneSearch.Core.Detectors.Yolox;

/// <summary>How the original implementation calls its tensors: as they are called here, behind the names of the modules around them.</summary>
internal static class YoloxNames
{
    private const string Backbone = "backbone.backbone.", Pyramid = "backbone.", Stem = "stem.conv.conv.weight";

    /// <summary>State dicts as training saves them.</summary>
    public static ForeignNames WithNorms { get; } = new()
    {
        Program = "YOLOX",
        First = Backbone + "stem.conv.bn.weight",
        Template = YoloxFamily.Spec(["object"]),
        Of = Of,
        Convert = Convert,
    };

    /// <summary>The same after the batch norms were folded into the convolutions.</summary>
    public static ForeignNames Folded { get; } = WithNorms with
    {
        Program = "YOLOX with folded batch norms",
        First = Backbone + "stem.conv.conv.bias",
        Template = YoloxFamily.Spec(["object"]) with { BatchNorm = false },
        SameOrder = true,
    };

    private static string Of(string tensor) => tensor switch
    {
        _ when tensor.StartsWith("stem.", StringComparison.Ordinal) || tensor.StartsWith("dark", StringComparison.Ordinal) => Backbone + tensor,
        _ when tensor.StartsWith("head.", StringComparison.Ordinal) => tensor,
        _ => Pyramid + tensor,
    };

    // The original's stem goes through the four pixels of a block column by column, ours row by row.
    private static WeightTensor Convert(string name, WeightTensor tensor)
    {
        if (name != Stem)
        {
            return tensor;
        }
        int block = tensor.Values.Length / tensor.Shape[0] / 4;
        float[] values = [.. tensor.Values];
        for (int second = block; second < values.Length; second += 4 * block)
        {
            tensor.Values.AsSpan(second, block).CopyTo(values.AsSpan(second + block));
            tensor.Values.AsSpan(second + block, block).CopyTo(values.AsSpan(second));
        }
        return new WeightTensor(tensor.Shape, values);
    }
}
