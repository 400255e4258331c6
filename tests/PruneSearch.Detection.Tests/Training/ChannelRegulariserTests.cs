using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Training;

public sealed class ChannelRegulariserTests
{
    // Two channels, of norms 5 (3, 0, 0 made and 4 read) and 1 (0, 1, 0 made and 0 read): the mean is 3.
    private static readonly Network Small = Build();

    private static WeightSet Values() => new()
    {
        ["make.weight"] = new WeightTensor([2, 3, 1, 1], [3, 0, 0, 0, 1, 0]),
        ["read.weight"] = new WeightTensor([1, 2, 1, 1], [4, 0]),
    };

    [Fact]
    public void Group_lasso_shrinks_all_that_belongs_to_a_channel_as_computed_by_hand()
    {
        using var network = new TorchNetwork(Small, Values());
        var regulariser = new ChannelRegulariser(network, Small.Groups, new() { Kind = RegularisationKind.GroupLasso, Strength = 0.2, Share = 0.5 }, steps: 2);

        regulariser.After(0); // not yet
        Assert.Equal(Values()["make.weight"].Values, network.ToWeights()["make.weight"].Values);
        regulariser.After(1); // both norms lose 0.2 · 3 = 0.6: factors 0.88 and 0.4

        Near([3 * 0.88f, 0, 0, 0, 0.4f, 0], network.ToWeights()["make.weight"].Values);
        Near([4 * 0.88f, 0], network.ToWeights()["read.weight"].Values);
    }

    [Fact]
    public void A_weak_channel_reaches_zero_and_stays_there()
    {
        using var network = new TorchNetwork(Small, Values());
        var regulariser = new ChannelRegulariser(network, Small.Groups, new() { Kind = RegularisationKind.GroupLasso, Strength = 0.5, Share = 1 }, steps: 1);
        regulariser.After(0); // 1 − 0.5 · 3 is below zero
        Near([2.1f, 0, 0, 0, 0, 0], network.ToWeights()["make.weight"].Values);
        regulariser.After(0);
        Assert.Equal(0, network.ToWeights()["make.weight"].Values[4]);
    }

    [Fact]
    public void Scales_of_batch_norms_alone_shrink_and_keep_their_sign()
    {
        var model = Some.SmallDetector(out var weights);
        string name = model.Network.Groups.First(g => g.Kind == ChannelGroupKind.Hidden).Slices.First(
            s => s.Tensor.EndsWith("bn.weight", StringComparison.Ordinal)).Tensor;
        weights[name].Values[0] = -2;
        using var network = new TorchNetwork(model.Network, weights);
        var hidden = model.Network.Groups.Where(g => g.Kind == ChannelGroupKind.Hidden).ToList();
        new ChannelRegulariser(network, hidden, new() { Kind = RegularisationKind.BnScale, Strength = 0.1, Share = 1 }, steps: 1).After(0);

        var after = network.ToWeights();
        Assert.InRange(after[name].Values[0], -1.95f, -1.8f);
        var changed = after.Where(t => !t.Value.Values.SequenceEqual(weights[t.Key].Values)).Select(t => t.Key).ToList();
        Assert.NotEmpty(changed);
        Assert.All(changed, t => Assert.EndsWith("bn.weight", t, StringComparison.Ordinal));
    }

    [Fact]
    public void Training_with_it_ends_with_smaller_hidden_channels_and_resumes_to_the_same_bytes()
    {
        var model = Some.SmallDetector(out var weights);
        var hidden = model.Network.Groups.Where(g => g.Kind == ChannelGroupKind.Hidden).ToList();
        var plain = new FineTuneSettings { Steps = 8, BatchSize = 4, LearningRate = 1e-3, Precision = Precision.Full };
        var pulled = plain with { Regularisation = new() { Kind = RegularisationKind.BnScale, Strength = 0.5 } };
        using var without = new Trainer(model, weights, plain, CPU);
        using var with = new Trainer(model, weights, pulled, CPU, prepared: hidden);
        using var resumed = new Trainer(model, weights, pulled, CPU, prepared: hidden);
        for (int step = 0; step < 8; step++)
        {
            without.TrainOn(Some.Batch(step));
            with.TrainOn(Some.Batch(step));
            if (step == 5)
            {
                resumed.Restore(with.ToSnapshot());
            }
            if (step > 5)
            {
                resumed.TrainOn(Some.Batch(step));
            }
        }

        double Scales(Trainer t) => hidden.SelectMany(g => g.Slices).Where(
            s => s.Tensor.EndsWith("bn.weight", StringComparison.Ordinal)).Sum(s => t.ToWeights()[s.Tensor].Values.Sum(Math.Abs));
        Assert.InRange(Scales(with) / Scales(without), 0.5, 0.7); // (1 − 0.5 / 4)⁴ = 0.59
        Assert.All(with.ToWeights(), t => Assert.Equal(t.Value.Values, resumed.ToWeights()[t.Key].Values));
    }

    [Fact]
    public void Mistakes_are_named()
    {
        using var network = new TorchNetwork(Small, Values());
        string Message(RegularisationSettings settings) =>
            Assert.Throws<ArgumentException>(() => new ChannelRegulariser(network, Small.Groups, settings, 10)).Message;
        Assert.Contains("pass none", Message(new() { Kind = RegularisationKind.BnScale }), StringComparison.Ordinal);
        Assert.Contains(
            "strength is 0, expected a number above 0", Message(new() { Kind = RegularisationKind.GroupLasso, Strength = 0 }), StringComparison.Ordinal);
    }

    private static void Near(float[] expected, float[] actual) => Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) < 1e-6f);

    private static Network Build()
    {
        var b = new NetworkBuilder();
        string made = b.Conv("make", b.Input("image", 3, 4, 4), b.Group("A", ChannelGroupKind.Hidden, 2), 1, bias: false);
        b.Conv("read", made, ChannelLayout.Fixed(1), 1, bias: false);
        return b.Build();
    }
}
