using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection;
using PruneSearch.Pruning;
using PruneSearch.Pruning.Importance;
using PruneSearch.Tests.Pruning.Laws;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Pruning.Importance;

/// <summary>What scores are made from: tensors, pictures in batches, outputs, and readers.</summary>
public sealed class ImportanceInputsTests
{
    private const double Root = 2.943920288775949; // √(26 / 3)

    [Theory]
    [InlineData(0, 0, 2)]
    [InlineData(0, 1, 3)]
    [InlineData(1, 2, 3)]
    [InlineData(2, 1, 2)]
    public void Terms_are_summed_over_all_other_dimensions(int dimension, int offset, int length)
    {
        int[] shape = [4, 5, 3];
        var tensor = new WeightTensor(shape, [.. Enumerable.Range(1, 60).Select(i => (float)i)]);
        double[] expected = new double[length];
        for (int i = 0; i < 60; i++)
        {
            int at = ((int[])[i / 15, i / 3 % 5, i % 3])[dimension] - offset;
            if (at >= 0 && at < length)
            {
                expected[at] += i + 1;
            }
        }
        Assert.Equal(expected, ChannelTerms.Sum(new ChannelSlice("t", dimension, offset, length, SliceRole.Reader), tensor, Total));
    }

    [Fact]
    public void The_geometric_median_is_that_of_the_groups_own_kernels()
    {
        var b = new NetworkBuilder();
        var layout = ChannelLayout.Concat([ChannelLayout.Of(b.Group("A", ChannelGroupKind.Neck, 2)), ChannelLayout.Of(b.Group("B", ChannelGroupKind.Neck, 3))]);
        b.Conv("make", b.Input("image", 2, 4, 4), layout, 1, bias: false);
        var network = b.Build();
        var weights = new WeightSet { ["make.weight"] = new([5, 2, 1, 1], [9, 9, -9, 9, 0, 0, 3, 4, 0, 8]) };
        using var context = new ImportanceContext(network, weights, network.Groups, new([]));

        // Of (0, 0), (3, 4) and (0, 8): 5 + 8, 5 + 5 and 8 + 5.
        Assert.Equal([13, 10, 13], ImportanceCatalog.Create(Criterion.Fpgm).Score(network.Group("B"), context), (x, y) => Math.Abs(x - y) < 1e-6);
    }

    [Theory]
    [InlineData(Criterion.Activation)]
    [InlineData(Criterion.Taylor)]
    [InlineData(Criterion.Fisher)]
    public void Batches_do_not_matter(Criterion criterion)
    {
        using Tensor first = Some.Picture(3, 16, 16), second = Some.Picture(1, 16, 16, seed: 2), whole = cat([first, second]);

        Assert.All(Scores(criterion, whole).Zip(Scores(criterion, first, second)), s => Assert.Equal(s.First, s.Second, 1e-5 * s.First));
    }

    [Fact]
    public void Without_labels_the_loss_is_the_sum_of_the_outputs_mean_squares()
    {
        var b = new NetworkBuilder();
        string made = b.Conv("make", b.Input("image", 3, 4, 4), b.Group("A", ChannelGroupKind.Hidden, 3), 1);
        b.Output("boxes", [b.Conv("one", made, ChannelLayout.Fixed(4), 1)], 4);
        b.Output("classes", [b.Conv("two", made, ChannelLayout.Fixed(2), 1)], 2);
        var network = b.Build();
        using var pictures = Some.Picture(2, 4, 4);
        double[] Scores(Func<IReadOnlyDictionary<string, Tensor>, int, Tensor>? loss)
        {
            using var context = new ImportanceContext(network, Some.Weights(network), network.Groups, new([pictures]) { Loss = loss });
            return ImportanceCatalog.Create(Criterion.Taylor).Score(network.Group("A"), context);
        }

        Assert.Equal(Scores((o, _) => o["boxes"].Squared().mean().Plus(o["classes"].Squared().mean())), Scores(null), (x, y) => Math.Abs(x - y) < 1e-6);
    }

    [Theory]
    [InlineData(Criterion.Activation)]
    [InlineData(Criterion.Obs)]
    public void A_group_that_nothing_reads_is_named(Criterion criterion)
    {
        var b = new NetworkBuilder();
        b.Output("boxes", [b.Conv("make", b.Input("image", 3, 4, 4), b.Group("A", ChannelGroupKind.Hidden, 4), 1)], 4);
        var network = b.Build();
        using var pictures = Some.Picture(1, 4, 4);
        using var context = new ImportanceContext(network, Some.Weights(network), network.Groups, new([pictures]));

        Assert.Equal(
            "Nothing reads the channels of group 'A'.",
            Assert.Throws<ArgumentException>(() => ImportanceCatalog.Create(criterion).Score(network.Group("A"), context)).Message);
    }

    [Fact]
    public void Pictures_are_needed_for_compensation_and_by_what_looks_at_them()
    {
        IEnumerable<Criterion> Needing(bool compensate) =>
            Enum.GetValues<Criterion>().Where(c => PruningEngine.NeedsImages(new PruneSettings { Ratio = 0.5, Criterion = c, Compensate = compensate }));

        Assert.Equal(Enum.GetValues<Criterion>(), Needing(compensate: true));
        Assert.Equal([Criterion.Activation, Criterion.Fisher, Criterion.Obs, Criterion.Taylor], Needing(compensate: false).OrderBy(c => $"{c}"));
    }

    [Fact]
    public void A_channel_that_never_changes_costs_nothing_where_a_bias_can_stand_for_it()
    {
        var network = Vocabulary.Create("plain"); // 3 × 3 kernels read it
        var weights = Some.Weights(network);
        foreach (var (name, tensor) in weights.Where(w => w.Key.StartsWith("a.", StringComparison.Ordinal)).ToList())
        {
            int each = tensor.Values.Length / 8;
            bool shift = name.EndsWith("bias", StringComparison.Ordinal), variance = name.EndsWith("var", StringComparison.Ordinal);
            tensor.Values.AsSpan(5 * each, each).Fill(shift ? 4 : variance ? 1 : 0);
        }
        using var pictures = Some.Picture(4, 16, 16);
        using var context = new ImportanceContext(network, weights, [network.Group("A")], new([pictures]));
        double[] scores = ImportanceCatalog.Create(Criterion.Obs).Score(network.Group("A"), context);

        Assert.Equal(5, Array.IndexOf(scores, scores.Min()));
        Assert.All(scores, s => Assert.True(s >= 0 && double.IsFinite(s)));
    }

    [Theory]
    [InlineData(ScoreNormalisation.Gaussian, new double[] { 1, 3, 8 }, new[] { -3 / Root, -1 / Root, 4 / Root })]
    [InlineData(ScoreNormalisation.Gaussian, new double[] { 2, 2 }, new double[] { 0, 0 })]
    [InlineData(ScoreNormalisation.Mean, new double[] { 0, 0 }, new double[] { 0, 0 })]
    [InlineData(ScoreNormalisation.Max, new double[] { 0, 0 }, new double[] { 0, 0 })]
    public void Scores_without_spread_are_not_divided(ScoreNormalisation normalisation, double[] scores, double[] expected) =>
        Assert.Equal(expected, ScoreScaling.Normalise(scores, normalisation), (a, b) => Math.Abs(a - b) < 1e-12);

    [Fact]
    public void Only_maps_that_hold_the_group_cost_it_memory()
    {
        var b = new NetworkBuilder();
        string made = b.Conv("make", b.Input("image", 3, 4, 4), b.Group("A", ChannelGroupKind.Hidden, 2), 1, bias: false);
        string read = b.Conv("read", made, ChannelLayout.Fixed(1), 1, bias: false);
        b.Conv("last", read, ChannelLayout.Fixed(1), 1, bias: false);
        var network = b.Build();

        Assert.Equal(4 * (3 + 1 + 16), ScoreScaling.CostOf(network, network.Group("A"), ChannelCost.Memory));
    }

    private static float Total(ReadOnlySpan<float> values)
    {
        float sum = 0;
        foreach (float v in values)
        {
            sum += v;
        }
        return sum;
    }

    private static double[] Scores(Criterion criterion, params Tensor[] batches)
    {
        var network = Vocabulary.Create("plain");
        using var context = new ImportanceContext(network, Some.Weights(network), network.Groups, new(batches));
        return ImportanceCatalog.Create(criterion).Score(network.Group("A"), context);
    }
}
