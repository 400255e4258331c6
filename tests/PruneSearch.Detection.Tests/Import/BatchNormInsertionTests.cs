using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Networks;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Import;

public sealed class BatchNormInsertionTests
{
    [Fact]
    public void The_function_is_kept_in_evaluation_and_nearly_in_training_mode()
    {
        var folded = Some.TrainedDetector(out var weights);
        var (model, normalised) = BatchNormInsertion.Insert(folded, weights, Pictures(), CPU);

        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var before = new TorchNetwork(folded.Network, weights);
        using var after = new TorchNetwork(model.Network, normalised);
        var image = cat(Pictures().ToList(), 0);
        var expected = before.Forward(image)[DetectorModel.ClassesOutput];

        double spread = expected.std().item<float>();
        Assert.InRange((after.Forward(image)[DetectorModel.ClassesOutput] - expected).abs().max().item<float>() / spread, 0, 1e-3);
        Assert.InRange((after.Forward(image, training: true)[DetectorModel.ClassesOutput] - expected).abs().mean().item<float>() / spread, 0, 0.02);
    }

    [Fact]
    public void It_needs_a_picture_and_a_folded_detector()
    {
        var folded = Some.SmallDetector(out var weights, batchNorm: false);
        Assert.Throws<ArgumentException>(() => BatchNormInsertion.Insert(folded, weights, [], CPU));
        var model = Some.SmallDetector(out weights);
        Assert.Throws<ArgumentException>(() => BatchNormInsertion.Insert(model, weights, Pictures(), CPU));
    }

    [Fact]
    public void Classes_keep_their_rows_by_name_and_others_start_anew()
    {
        var from = Some.TrainedDetector(out var weights);

        var (spec, mapped, fresh) = HeadMapping.Map(from, weights, ["dog", "zebra", "Person"], seed: 1);

        Assert.Equal(["zebra"], fresh);
        mapped.RequireFit(DetectorCatalog.Build(spec).Network, "mapped");
        int dog = 1 + from.Spec.Classes.ToList().IndexOf("Dog");
        const string Tensor = "BoxPredictor_3.ClassPredictor.weight";
        float[] Row(WeightSet set, int row) => set[Tensor].Values.AsSpan(row * 256, 256).ToArray();
        Assert.Equal(Row(weights, 2 * 24 + dog), Row(mapped, 2 * 4 + 1)); // default box 2
        Assert.Equal(Row(weights, 2 * 24), Row(mapped, 2 * 4)); // its background
        Assert.All(Row(mapped, 2 * 4 + 2), v => Assert.InRange(v, -0.1f, 0.1f));
        Assert.Same(weights["Conv.weight"], mapped["Conv.weight"]);
    }

    [Fact]
    public void Heads_without_a_background_and_heads_that_all_levels_share_are_mapped_too()
    {
        DetectorModel yolox = DetectorCatalog.Build(YoloxFamily.Spec(["cat", "dog"], new() { Width = 0.125 }, 64)),
            retinaNet = DetectorCatalog.Build(RetinaNetFamily.Spec(
                ["cat", "dog"], new() { WidthMultiplier = 0.25, PyramidWidth = 64, HeadDepth = 1, Background = true }, 64));
        Require(yolox, "head.cls_preds.1", background: 0, box: 0);
        Require(retinaNet, "classification_head.cls_logits", background: 1, box: 5);

        static void Require(DetectorModel from, string head, int background, int box)
        {
            var weights = RandomWeights.For(from, 1);
            for (int i = 0; i < weights[head + ".bias"].Values.Length; i++)
            {
                weights[head + ".bias"].Values[i] = i;
            }

            var (spec, mapped, fresh) = HeadMapping.Map(from, weights, ["Dog", "bird", "cat"], seed: 1);

            Assert.Equal(["bird"], fresh);
            mapped.RequireFit(DetectorCatalog.Build(spec).Network, "mapped");
            int before = 2 + background, after = 3 + background;
            float[] bias = mapped[head + ".bias"].Values[(box * after)..((box + 1) * after)];
            Assert.Equal([.. Enumerable.Range(0, background).Select(i => (float)(box * before + i)), box * before + background + 1], bias[..(background + 1)]);
            Assert.Equal(box * before + background, bias[^1]);
            Assert.Equal(-Math.Log(99), bias[^2], 1e-6);
            int row = weights[head + ".weight"].Values.Length / weights[head + ".bias"].Values.Length;
            Assert.Equal(weights[head + ".weight"].Values.AsSpan((box * before + background + 1) * row, row),
                mapped[head + ".weight"].Values.AsSpan((box * after + background) * row, row));
            Assert.All(weights.Where(w => !w.Key.Contains("cls_", StringComparison.Ordinal)), w => Assert.Same(w.Value, mapped[w.Key]));
        }
    }

    private static IEnumerable<Tensor> Pictures()
    {
        for (int i = 0; i < 4; i++)
        {
            yield return Some.Batch(i, count: 2, size: 300).Images;
        }
    }
}
