using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using PruneSearch.Detection;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Networks;

/// <summary>Pictures from 0 to 255 are learnt from like pictures from −1 to 1.</summary>
public sealed class PictureScaleTests
{
    private const string Stem = "stem.conv.conv.weight";

    private static readonly DetectorModel Model =
        DetectorCatalog.Build(YoloxFamily.Spec(["circle", "square"], new YoloxOptions { Width = 0.125 }, 64) with { BatchNorm = false });

    [Fact]
    public void The_scale_follows_from_the_range_of_the_input()
    {
        Assert.Equal(128, Model.Input.Reach());
        Assert.Equal(1, InputRule.MinusOneToOne.Reach());
        Assert.Equal(2, InputRule.ImageNet.Reach());
    }

    [Fact]
    public void It_changes_neither_the_function_nor_the_weights_by_a_bit()
    {
        var weights = RandomWeights.For(Model, 1);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var plain = new TorchNetwork(Model.Network, weights);
        using var scaled = new TorchNetwork(Model.Network, weights, scale: Model.Input.Reach());
        using var batch = Some.Batch(1);
        using var pictures = batch.Images.Times(100);

        var (expected, actual) = (plain.Forward(pictures), scaled.Forward(pictures));

        Assert.All(expected, o => Assert.Equal(o.Value.data<float>(), actual[o.Key].data<float>()));
        Assert.All(weights, w => Assert.Equal(w.Value.Values, scaled.ToWeights()[w.Key].Values));
        Assert.NotEqual(weights[Stem].Values[0], scaled.Tensors[Stem].reshape(-1)[0].item<float>());
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd, 1e-3)]
    [InlineData(OptimizerKind.AdamW, 1e-4)]
    public void A_step_changes_the_first_kernel_no_more_than_the_others(OptimizerKind optimizer, double rate)
    {
        var weights = RandomWeights.For(Model, 1);
        weights[Stem] = new WeightTensor(weights[Stem].Shape, [.. weights[Stem].Values.Select(v => v / 128)]); // as trained ones are
        var settings = new FineTuneSettings { Steps = 10, WarmUp = 0, Optimizer = optimizer, LearningRate = rate, Precision = Precision.Full };
        using var trainer = new Trainer(Model, weights, settings, CPU);
        for (int step = 0; step < 3; step++)
        {
            using var batch = Some.Batch(step);
            using var pictures = new TrainingBatch(batch.Images.Plus(1).Times(127.5), batch.Objects);
            trainer.TrainOn(pictures);
        }

        var trained = trainer.ToWeights();
        double Change(string name) =>
            Math.Sqrt(weights[name].Values.Zip(trained[name].Values, (a, b) => Math.Pow(a - b, 2)).Sum() / weights[name].Values.Sum(v => (double)v * v));
        double most = weights.Keys.Where(k => k != Stem && k.EndsWith(".weight", StringComparison.Ordinal)).Max(Change);
        Assert.True(Change(Stem) > 0 && Change(Stem) <= 3 * most, $"the first kernel changed by {Change(Stem):G3}, the others by up to {most:G3}");
    }

    [Fact]
    public void What_does_not_begin_with_convolutions_is_refused()
    {
        var builder = new PruneSearch.Core.Networks.NetworkBuilder();
        builder.Output("out", [builder.MaxPool("pool", builder.Input("image", 3, 8, 8), 2, 2, PruneSearch.Core.Networks.PaddingStyle.Symmetric)], 3);

        string message = Assert.Throws<ArgumentException>(() => new TorchNetwork(builder.Build(), [], scale: 2)).Message;

        Assert.Contains("'pool' reads the picture", message, StringComparison.Ordinal);
    }
}
