using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Networks;

/// <summary>An evaluation computes batch norms within the convolutions before them: the same function, and nothing of it stays.</summary>
public sealed class FoldedEvaluationTests
{
    public static TheoryData<string> Families => [SsdFamily.Architecture, RetinaNetFamily.Architecture, YoloxFamily.Architecture];

    [Theory]
    [MemberData(nameof(Families))]
    public void It_answers_what_the_layers_one_by_one_answer(string family)
    {
        using var scope = NewDisposeScope();
        var model = DetectorCatalog.Build(Spec(family));
        var weights = WithStatistics(model);
        using var network = new TorchNetwork(model.Network, weights);
        using var batch = Some.Batch(1);
        string[] keep = [model.Network.Layers.OfType<ActivationLayer>().First(a => a.Inputs[0].EndsWith("bn", StringComparison.Ordinal)).Name];

        var (wanted, wantedMaps) = network.Forward(batch.Images, training: false, keep); // with gradients: one layer after the other
        Dictionary<string, Tensor> found, maps;
        using (no_grad())
        {
            (found, maps) = network.Forward(batch.Images, training: false, keep);
        }

        Assert.All(wanted, o => Assert.True(Distance(found[o.Key], o.Value) < 1e-4, $"{o.Key}: {Distance(found[o.Key], o.Value)}"));
        Assert.All(wantedMaps, m => Assert.True(Distance(maps[m.Key], m.Value) < 1e-4, m.Key));
        Assert.Contains(wanted, o => !o.Value.equal(found[o.Key]).all().item<bool>()); // or nothing was folded
        Assert.All(weights, w => Assert.Equal(w.Value.Values, network.ToWeights()[w.Key].Values));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Frozen_norms_have_the_gradients_of_the_layers_one_by_one_and_keep_their_statistics(string family)
    {
        using var scope = NewDisposeScope();
        var model = DetectorCatalog.Build(Spec(family));
        var weights = WithStatistics(model);
        using var batch = Some.Batch(1);
        using var plain = new TorchNetwork(model.Network, weights);
        using var frozen = new TorchNetwork(model.Network, weights) { FreezesNorms = true };

        Loss(plain.Forward(batch.Images, training: false)).backward();
        Loss(frozen.Forward(batch.Images, training: true)).backward();

        Assert.All(plain.Trainable.Where(t => t.Value.grad is not null), t =>
        {
            double distance = Distance(frozen.Tensors[t.Key].grad!, t.Value.grad!);
            Assert.True(distance < 1e-3, $"{t.Key}: {distance}");
        });
        Assert.All(weights, w => Assert.Equal(w.Value.Values, frozen.ToWeights()[w.Key].Values));

        static Tensor Loss(Dictionary<string, Tensor> outputs) => outputs.Values.Select(o => (o * o).mean()).Aggregate((sum, o) => sum.Plus(o));
    }

    private static DetectorSpec Spec(string family) => family switch
    {
        SsdFamily.Architecture => SsdFamily.Spec(["a", "b"], new SsdOptions { WidthMultiplier = 0.25 }) with { InputSize = 64 },
        YoloxFamily.Architecture => YoloxFamily.Spec(["a", "b"], new YoloxOptions { Width = 0.25, Depthwise = true }, 64),
        _ => RetinaNetFamily.Spec(["a", "b"],
            new RetinaNetOptions
            {
                WidthMultiplier = 0.25,
                PyramidWidth = 64,
                HeadDepth = 1,
                Heads = HeadConvolutions.Separable,
                HeadNorms = HeadNorms.PerLevel,
            }, 64),
    };

    // Each norm with numbers of its own, so that a wrong one shows.
    private static WeightSet WithStatistics(DetectorModel model)
    {
        var weights = RandomWeights.For(model, 1);
        var random = new Random(1);
        foreach (var (name, tensor) in weights.Where(w => w.Key.Contains("running_", StringComparison.Ordinal)).ToList())
        {
            float floor = name.EndsWith("var", StringComparison.Ordinal) ? 0.5f : -0.5f;
            weights[name] = new WeightTensor(tensor.Shape, [.. tensor.Values.Select(_ => floor + random.NextSingle())]);
        }
        return weights;
    }

    private static double Distance(Tensor found, Tensor wanted) => ((found - wanted).abs().max() / wanted.abs().max()).item<float>();
}
