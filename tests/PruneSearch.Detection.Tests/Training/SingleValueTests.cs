using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Training;

/// <summary>One picture at a time, where the last feature maps are 1×1: a batch norm there sees a single value, which has no variance.</summary>
public sealed class SingleValueTests
{
    [Fact]
    public void Statistics_of_a_single_value_stay_and_all_others_move()
    {
        var model = Some.SmallDetector(out var weights);
        using var network = new TorchNetwork(model.Network, weights);
        using var batch = Some.Batch(1, count: 1);
        using var scope = NewDisposeScope();

        network.Forward(batch.Images, training: true);

        var after = network.ToWeights();
        after.RequireFinite("after a step");
        var norms = model.Network.Layers.OfType<BatchNormLayer>().ToLookup(l => l.Height * l.Width == 1, l => l.Name + ".running_var");
        Assert.NotEmpty(norms[true]);
        Assert.All(norms[true], name => Assert.Equal(weights[name].Values, after[name].Values));
        Assert.All(norms[false], name => Assert.NotEqual(weights[name].Values, after[name].Values));
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public void Training_leaves_nothing_behind_that_is_not_finite_and_trains_those_layers_too(OptimizerKind optimizer)
    {
        var model = Some.SmallDetector(out var weights);
        using var trainer = new Trainer(
            model, weights, new FineTuneSettings { Steps = 3, BatchSize = 1, Optimizer = optimizer, EmaDecay = 0.9, CarryOptimizer = true }, CPU);
        for (int step = 0; step < 3; step++)
        {
            trainer.TrainOn(Some.Batch(step, count: 1));
        }
        var snapshot = trainer.ToSnapshot();
        Assert.All(
            (WeightSet[])[trainer.ToWeights(), trainer.ToOptimizerState().Tensors, snapshot.Weights, snapshot.Optimizer, snapshot.Average],
            s => Assert.Null(s.NotFinite()));
        var single = model.Network.Layers.OfType<BatchNormLayer>().First(l => l.Height * l.Width == 1);
        // A scale is 1, where float32 cannot hold the smallest steps; a shift is 0.
        Assert.NotEqual(weights[single.Name + ".bias"].Values, snapshot.Weights[single.Name + ".bias"].Values);
    }

    [Fact]
    public void New_statistics_from_one_picture_keep_those_of_a_single_value()
    {
        var model = Some.SmallDetector(out var weights);
        using var batch = Some.Batch(1, count: 1);

        var found = BatchNormRecalibration.Run(model, weights, [batch.Images], CPU);

        foreach (var norm in model.Network.Layers.OfType<BatchNormLayer>())
        {
            Assert.Equal(norm.Height * norm.Width == 1, ReferenceEquals(weights[norm.Name + ".running_var"], found[norm.Name + ".running_var"]));
        }
    }

    [Fact]
    public void Batch_norms_inserted_with_one_picture_keep_the_function_and_start_like_new_ones_where_there_is_no_variance()
    {
        var folded = Some.SmallDetector(out var weights, batchNorm: false);
        var (model, inserted) = BatchNormInsertion.Insert(folded, weights, [Some.Batch(1, count: 1).Images], CPU);

        var single = model.Network.Layers.OfType<BatchNormLayer>().First(l => l.Height * l.Width == 1);
        Assert.All(inserted[single.Name + ".running_var"].Values, v => Assert.Equal(1, v));
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var before = new TorchNetwork(folded.Network, weights);
        using var after = new TorchNetwork(model.Network, inserted);
        using var other = Some.Batch(2);
        var expected = before.Forward(other.Images)[DetectorModel.BoxesOutput];
        Assert.InRange(
            (after.Forward(other.Images)[DetectorModel.BoxesOutput] - expected).abs().max().item<float>(), 0, 1e-3 * expected.abs().max().item<float>());
    }
}
