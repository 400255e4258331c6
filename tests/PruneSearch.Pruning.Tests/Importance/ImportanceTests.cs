using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection;
using PruneSearch.Pruning.Importance;
using PruneSearch.Tests.Pruning.Laws;

namespace PruneSearch.Tests.Pruning.Importance;

public sealed class ImportanceTests
{
    // Producer [2, 3, 1, 1], depthwise [2, 1, 1, 1], reader [1, 2, 1, 1].
    private static readonly Network Small = Build(), WithOutput = Build(output: true);
    private static readonly WeightSet Values = new()
    {
        ["make.weight"] = new WeightTensor([2, 3, 1, 1], [1, -2, 2, 0, 3, -4]),
        ["pass.weight"] = new WeightTensor([2, 1, 1, 1], [-3, 1]),
        ["read.weight"] = new WeightTensor([1, 2, 1, 1], [6, -9]),
    };

    [Theory]
    [InlineData(Criterion.L1, ScoreReduction.Mean, 4, 4)]
    [InlineData(Criterion.L2, ScoreReduction.Mean, 3, 3)]
    [InlineData(Criterion.L1, ScoreReduction.Sum, 8, 8)]
    [InlineData(Criterion.L1, ScoreReduction.Max, 5, 7)]
    [InlineData(Criterion.L2, ScoreReduction.Max, 3, 5)]
    [InlineData(Criterion.L2Readers, ScoreReduction.Sum, 12, 15)]
    [InlineData(Criterion.L1Readers, ScoreReduction.Max, 6, 9)]
    public void Norms_are_those_computed_by_hand(Criterion criterion, ScoreReduction reduction, double first, double second) =>
        Assert.Equal([first, second], Score(criterion, reduction), (a, b) => Math.Abs(a - b) < 1e-9);

    // Two constant pictures of ones and twos: the channels are x·(1 − 2 + 2) = 1x and x·(3 − 4) = −1x, after the depthwise
    // kernels −3x and −1x, and the output y = 6·(−3x) − 9·(−1x) = −9x on 16 positions, whose square has the mean 81x².
    // d(y²)/d(weight)·weight is 2·y·(what the channel adds to y): 2·(−9x)·(−18x) = 324x² and 2·(−9x)·(9x) = −162x².
    [Theory]
    [InlineData(Criterion.Taylor, 2.5 * 324, 2.5 * 162)] // the mean of x² over x = 1, 2 is 2.5
    [InlineData(Criterion.Fisher, 8.5 / 2 * 324 * 324, 8.5 / 2 * 162 * 162)] // that of x⁴ is 8.5
    [InlineData(Criterion.Activation, 4.5, 1.5)] // what is read: |−3x| and |−1x|, the mean of x is 1.5
    public void Criteria_that_look_at_pictures_are_those_computed_by_hand(Criterion criterion, double first, double second)
    {
        using var pictures = TorchSharp.torch.cat([TorchSharp.torch.ones(1, 3, 4, 4), TorchSharp.torch.ones(1, 3, 4, 4).Times(2)]);
        using var context = new ImportanceContext(WithOutput, Values, WithOutput.Groups, new([pictures]));
        double[] scores = ImportanceCatalog.Create(criterion).Score(WithOutput.Group("A"), context);
        Assert.Equal(first, scores[0], 1e-5 * first);
        Assert.Equal(second, scores[1], 1e-5 * second);
    }

    [Theory]
    [InlineData(ScoreReduction.Mean, 1, 3)]
    [InlineData(ScoreReduction.Sum, 2, 6)]
    [InlineData(ScoreReduction.Max, 2, 5)]
    public void Scales_of_batch_norms_are_those_computed_by_hand(ScoreReduction reduction, double first, double second)
    {
        var b = new NetworkBuilder();
        string made = b.BatchNorm("make.bn", b.Conv("make", b.Input("image", 3, 4, 4), b.Group("A", ChannelGroupKind.Hidden, 2), 1, bias: false));
        b.Conv("read", b.BatchNorm("pass.bn", b.Depthwise("pass", made, 1, bias: false)), ChannelLayout.Fixed(1), 1, bias: false);
        var network = b.Build();
        var weights = Some.Weights(network);
        ((float[])[-2, 1]).CopyTo(weights["make.bn.weight"].Values, 0);
        ((float[])[0, -5]).CopyTo(weights["pass.bn.weight"].Values, 0);
        using var context = new ImportanceContext(network, weights, network.Groups, new([]), reduction: reduction);
        Assert.Equal([first, second], ImportanceCatalog.Create(Criterion.Bn).Score(network.Group("A"), context), (a, c) => Math.Abs(a - c) < 1e-9);
    }

    [Fact]
    public void The_loss_of_the_user_is_asked_picture_by_picture()
    {
        using var pictures = Some.Picture(3, 4, 4);
        using var more = Some.Picture(2, 4, 4, seed: 2);
        var asked = new List<(int Index, long Count)>();
        using var context = new ImportanceContext(WithOutput, Values, WithOutput.Groups, new([pictures, more])
        {
            Loss = (outputs, index) =>
            {
                asked.Add((index, outputs["boxes"].shape[0]));
                return outputs["boxes"].sum();
            },
        });
        ImportanceCatalog.Create(Criterion.Taylor).Score(WithOutput.Group("A"), context);
        ImportanceCatalog.Create(Criterion.Fisher).Score(WithOutput.Group("A"), context); // the same statistics
        Assert.Equal([(0, 1), (1, 1), (2, 1), (3, 1), (4, 1)], asked);
    }

    [Fact]
    public void The_geometric_median_is_computed_by_hand() => // √(1 + 25 + 36) and 4
        Assert.Equal([(Math.Sqrt(62) + 4) / 2, (Math.Sqrt(62) + 4) / 2], Score(Criterion.Fpgm, ScoreReduction.Mean), (a, b) => Math.Abs(a - b) < 1e-6);

    [Fact]
    public void Random_scores_follow_the_seed()
    {
        double[] Scores(int seed) =>
            ImportanceCatalog.Create(Criterion.Random).Score(Small.Group("A"), new ImportanceContext(Small, Values, Small.Groups, new([], seed)));
        Assert.Equal(Scores(1), Scores(1));
        Assert.NotEqual(Scores(1), Scores(2));
    }

    [Theory]
    [InlineData(ScoreNormalisation.None, 1, 3)]
    [InlineData(ScoreNormalisation.Mean, 0.5, 1.5)]
    [InlineData(ScoreNormalisation.Max, 1 / 3.0, 1)]
    [InlineData(ScoreNormalisation.Gaussian, -1, 1)]
    public void Normalisations_are_those_computed_by_hand(ScoreNormalisation normalisation, double first, double second) =>
        Assert.Equal([first, second], ScoreScaling.Normalise([1, 3], normalisation), (a, b) => Math.Abs(a - b) < 1e-12);

    [Fact]
    public void The_cost_of_all_channels_of_a_group_is_what_its_layers_cost()
    {
        Assert.Equal(3 + 1 + 1, ScoreScaling.CostOf(Small, Small.Group("A"), ChannelCost.Parameters));
        Assert.Equal((3 + 1 + 1) * 16, ScoreScaling.CostOf(Small, Small.Group("A"), ChannelCost.Macs));
        Assert.Equal(4 * (3 + 1 + 1 + 2 * 16), ScoreScaling.CostOf(Small, Small.Group("A"), ChannelCost.Memory)); // two feature maps hold it
        Assert.Equal(1, ScoreScaling.CostOf(Small, Small.Group("A"), ChannelCost.None));
    }

    [Fact]
    public void Every_criterion_is_computed_by_something() => Assert.All(Enum.GetValues<Criterion>(), c => Assert.NotNull(ImportanceCatalog.Create(c)));

    [Fact]
    public void Mistakes_are_named()
    {
        Assert.Contains("batch norms", Assert.Throws<ArgumentException>(() => Score(Criterion.Bn, ScoreReduction.Mean)).Message, StringComparison.Ordinal);
        Assert.Contains("calibration", Assert.Throws<ArgumentException>(() => Score(Criterion.Taylor, ScoreReduction.Mean)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Criterion.Taylor)]
    [InlineData(Criterion.Fisher)]
    [InlineData(Criterion.Activation)]
    [InlineData(Criterion.Obs)]
    [InlineData(Criterion.Bn)]
    public void A_channel_without_effect_scores_lowest(Criterion criterion)
    {
        var network = Vocabulary.Create("depthwise");
        var weights = Some.Weights(network);
        foreach (string name in weights.Keys.Where(n => n is "a.bn.weight" or "a.bn.bias" or "d.weight" or "d.bn.weight" or "d.bn.bias"))
        {
            var tensor = weights[name];
            tensor.Values.AsSpan(5 * (tensor.Values.Length / 8), tensor.Values.Length / 8).Clear();
        }
        using var picture = Some.Picture(4, 16, 16);
        using var context = new ImportanceContext(network, weights, [network.Group("A")], new([picture]));
        double[] scores = ImportanceCatalog.Create(criterion).Score(network.Group("A"), context);
        Assert.Equal(5, Array.IndexOf(scores, scores.Min()));
        Assert.InRange(scores[5], 0, 1e-3 * scores.Max()); // damping keeps OBS from exactly 0
        Assert.True(scores.Max() > 1e-9);
    }

    private static double[] Score(Criterion criterion, ScoreReduction reduction) =>
        ImportanceCatalog.Create(criterion).Score(Small.Group("A"), new ImportanceContext(Small, Values, Small.Groups, new([]), reduction: reduction));

    private static Network Build(bool output = false)
    {
        var b = new NetworkBuilder();
        string made = b.Conv("make", b.Input("image", 3, 4, 4), b.Group("A", ChannelGroupKind.Hidden, 2), 1, bias: false);
        b.Conv("read", b.Depthwise("pass", made, 1, bias: false), ChannelLayout.Fixed(1), 1, bias: false);
        if (output)
        {
            b.Output("boxes", ["read"], 1);
        }
        return b.Build();
    }
}
