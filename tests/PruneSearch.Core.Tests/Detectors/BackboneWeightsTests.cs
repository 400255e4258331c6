using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Weights;

namespace PruneSearch.Tests.Core.Detectors;

/// <summary>What a detector takes of the weights of another one.</summary>
public sealed class BackboneWeightsTests
{
    private static readonly DetectorSpec Ssd = SsdFamily.Spec(["a", "b"], new() { WidthMultiplier = 0.25 }) with { InputSize = 64 };
    private static readonly DetectorSpec Retina = RetinaNetFamily.Spec(["a"], new() { WidthMultiplier = 0.25, PyramidWidth = 64, HeadDepth = 1 }, 64);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_familys_backbone_is_taken_up_to_its_last_layer(bool norms)
    {
        var file = Numbered(Ssd with { BatchNorm = norms });
        var found = BackboneWeights.Take(Retina, file, "file");

        Assert.Equal(norms, found.Model.Spec.BatchNorm);
        Assert.Equal(norms ? "Conv_1.bn" : "Conv_1", found.LastLayer);
        Assert.Equal(52 * (norms ? 5 : 2), found.Tensors.Count); // the convolutions of MobileNet-V2
        Assert.All(found.Tensors, t => Assert.Same(file[t.Key], t.Value));
        Assert.All(found.Model.Network.Tensors.Where(t => found.Tensors.ContainsKey(t.Name)), t => Assert.Equal(t.Shape, found.Tensors[t.Name].Shape));
    }

    [Fact]
    public void It_works_the_other_way_and_within_a_family_without_the_predictions()
    {
        Assert.Equal("Conv_1.bn", BackboneWeights.Take(Ssd, Numbered(Retina), "file").LastLayer);

        var yolox = YoloxFamily.Spec(["a"], new() { Width = 0.125 }, 64);
        var same = BackboneWeights.Take(yolox, Numbered(yolox), "file");
        Assert.DoesNotContain(same.Tensors.Keys, k => k.Contains("_preds", StringComparison.Ordinal));
        Assert.True(same.Tensors.Count > 100);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        string other = Error(Numbered(YoloxFamily.Spec(["a"])));
        Assert.StartsWith("file: has no backbone for this detector: its tensors are called '", other, StringComparison.Ordinal);
        Assert.StartsWith("file: tensor 'Conv.weight' has shape [16, 3, 3, 3], expected [8, 3, 3, 3]",
            Error(Numbered(Ssd with { Options = new SsdOptions { WidthMultiplier = 0.5 } })), StringComparison.Ordinal);

        var cut = Numbered(Ssd with { BatchNorm = false });
        cut.Remove("expanded_conv_4.expand.bias");
        Assert.Equal("file: tensor 'expanded_conv_4.expand.bias' [48] is missing, expected all tensors of layer 'expanded_conv_4.expand'", Error(cut));

        var broken = Numbered(Ssd);
        broken["Conv_1.weight"].Values[3] = float.NaN;
        Assert.Contains("tensor 'Conv_1.weight' is NaN at [0, 3, 0, 0]", Error(broken), StringComparison.Ordinal);
        broken["Conv_1.weight"].Values[3] = 0;
        broken["Conv.bn.running_var"].Values[0] = -1;
        Assert.Contains("tensor 'Conv.bn.running_var' has a variance below 0", Error(broken), StringComparison.Ordinal);
    }

    private static string Error(WeightSet file) => Assert.Throws<FormatException>(() => BackboneWeights.Take(Retina, file, "file")).Message;

    private static WeightSet Numbered(DetectorSpec spec)
    {
        var weights = new WeightSet();
        foreach (var tensor in DetectorCatalog.Build(spec).Network.Tensors)
        {
            weights.Add(tensor.Name, new WeightTensor(tensor.Shape, [.. Enumerable.Range(0, (int)tensor.Length).Select(i => i + 1f)]));
        }
        return weights;
    }
}
