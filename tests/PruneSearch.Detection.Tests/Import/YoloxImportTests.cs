using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Tests.Core.Weights;

namespace PruneSearch.Tests.Detection.Import;

public sealed class YoloxImportTests
{
    private static readonly YoloxOptions Tiny = new() { Width = 0.375, Depthwise = false };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_state_dict_says_which_member_it_is(bool norms)
    {
        var model = DetectorCatalog.Build(YoloxFamily.Spec(["a", "b", "c"], Tiny) with { BatchNorm = norms });
        var weights = RandomWeights.For(model, 1);

        var imported = DetectorImport.Read(TorchFile.Of(Original(weights), "model"), "yolox.pth", new() { InputSize = 320 });

        Assert.Equal(Tiny, imported.Model.Spec.Options);
        Assert.Equal(320, imported.Model.Spec.InputSize);
        Assert.Equal(norms, imported.Model.Spec.BatchNorm);
        Assert.Equal(["class-1", "class-2", "class-3"], imported.Model.Spec.Classes);
        Assert.All(weights, w => Assert.Equal(w.Value.Values, imported.Weights[w.Key].Values));
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        var state = Original(RandomWeights.For(DetectorCatalog.Build(YoloxFamily.Spec(["a", "b", "c"], Tiny)), 1));
        string Refused(WeightSet tensors, ImportOptions? options = null) =>
            Assert.Throws<FormatException>(() => DetectorImport.Read(TorchFile.Of(tensors), "y.pth", options)).Message;

        Assert.Contains("2 class names, expected 3", Refused(state, new() { Classes = ["a", "b"] }));
        var damaged = Copy(state);
        damaged["backbone.C3_p4.conv1.conv.weight"] = new WeightTensor([2, 3, 1, 1], new float[6]);
        Assert.Equal("y.pth: tensor 'backbone.C3_p4.conv1.conv.weight' has shape [2, 3, 1, 1], expected [96, 384, 1, 1]", Refused(damaged));
        damaged.Remove("backbone.C3_p4.conv1.conv.weight");
        Assert.Contains("tensor 'backbone.C3_p4.conv1.conv.weight' [96, 384, 1, 1] is missing", Refused(damaged));
        var another = new WeightSet { ["model.0.conv.weight"] = new WeightTensor([1], [1]), ["model.0.bn.weight"] = new WeightTensor([1], [1]) };
        Assert.Contains("its tensors are called 'model.0.bn.weight', 'model.0.conv.weight'", Refused(another));
        Assert.Contains(
            "the nearest are 384 and 416",
            Assert.Throws<ArgumentException>(() => DetectorImport.Read(TorchFile.Of(state), "y.pth", new() { InputSize = 400 })).Message);
    }

    [Fact]
    public void Only_the_named_family_is_looked_for()
    {
        var state = Original(RandomWeights.For(DetectorCatalog.Build(YoloxFamily.Spec(["a"], Tiny)), 1));

        Assert.Contains(
            "its tensors are called",
            Assert.Throws<FormatException>(() => DetectorImport.Read(TorchFile.Of(state), "y.pth", new() { Architecture = "ssd-mobilenet-v2" })).Message);
    }

    /// <summary>The weights under the names, and with the stem, of the original implementation.</summary>
    private static WeightSet Original(WeightSet weights)
    {
        var state = new WeightSet();
        foreach (var (name, tensor) in weights)
        {
            bool stem = name.StartsWith("stem.", StringComparison.Ordinal) || name.StartsWith("dark", StringComparison.Ordinal);
            string module = name.StartsWith("head.", StringComparison.Ordinal) ? "" : stem ? "backbone.backbone." : "backbone.";
            state[module + name] = name == "stem.conv.conv.weight" ? Stem(tensor) : tensor;
            if (name.EndsWith(".running_var", StringComparison.Ordinal))
            {
                state[module + name.Replace("running_var", "num_batches_tracked", StringComparison.Ordinal)] = new WeightTensor([], [100]);
            }
        }
        return state;
    }

    // Channel (2 · dx + dy) · 3 + c instead of (2 · dy + dx) · 3 + c.
    private static WeightTensor Stem(WeightTensor tensor)
    {
        float[] values = new float[tensor.Values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            var (channel, tap) = Math.DivRem(i, 9);
            var (output, input) = Math.DivRem(channel, 12);
            var (block, color) = Math.DivRem(input, 3);
            values[((output * 12) + (block % 2 * 2 + block / 2) * 3 + color) * 9 + tap] = tensor.Values[i];
        }
        return new WeightTensor(tensor.Shape, values);
    }

    private static WeightSet Copy(WeightSet weights)
    {
        var copy = new WeightSet();
        foreach (var (name, tensor) in weights)
        {
            copy[name] = tensor;
        }
        return copy;
    }
}
