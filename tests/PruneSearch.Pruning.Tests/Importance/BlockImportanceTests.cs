using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection;
using PruneSearch.Pruning;
using PruneSearch.Pruning.Importance;
using PruneSearch.Pruning.Selection;
using PruneSearch.Pruning.Shrinking;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Pruning.Importance;

/// <summary>What leaving out residual blocks is said to cost, and what it does.</summary>
public sealed class BlockImportanceTests : IDisposable
{
    private static readonly PruneSettings Settings = new()
    {
        Ratio = 0.25,
        Groups = ["blocks"],
        Positions = PositionWeighting.Uniform,
        CalibrationImages = 8,
    };

    private readonly DetectorModel _model;
    private readonly WeightSet _weights;
    private readonly Tensor _picture = Some.Picture(4, 160, 160), _others = Some.Picture(4, 160, 160, seed: 2);

    public BlockImportanceTests()
    {
        (_model, _weights) = Some.SmallDetector();
        _model = _model.At(160); // so that even the coarsest block has more positions than channels
        // A branch that says next to nothing, and one that says the same of every position whatever it reads.
        Scale("expanded_conv_4.project.bn.weight", 0.001f);
        Scale("expanded_conv_8.project.bn.weight", 0f);
    }

    public void Dispose()
    {
        _picture.Dispose();
        _others.Dispose();
    }

    [Fact]
    public void A_branch_that_the_readers_can_do_without_costs_least()
    {
        var scores = Score(Settings);

        Assert.Equal(_model.Network.Blocks.Select(b => b.Name).Order(), scores.Keys.Order());
        // Beside the blocks of the same chain, whose errors count alike.
        Assert.True(scores["expanded_conv_4"] < 1e-3 * scores["expanded_conv_5"], $"{scores["expanded_conv_4"]} against {scores["expanded_conv_5"]}");
        double usual = Math.Min(scores["expanded_conv_7"], scores["expanded_conv_9"]);
        Assert.True(scores["expanded_conv_8"] < 0.05 * usual, $"{scores["expanded_conv_8"]} against {usual}: a constant can be made up for");
    }

    [Fact]
    public void What_it_costs_is_for_a_unit_of_what_scores_are_divided_by()
    {
        var block = _model.Network.Blocks.First(b => b.Name == "expanded_conv_11");
        double whole = Score(Settings)[block.Name] * _model.Network.Group(block.Groups[0]).Width;
        double macs = block.Layers.Select(l => _model.Network[l]).OfType<ConvLayer>().Sum(Network.MacsOf);
        Assert.Equal(whole / macs, Score(Settings with { PerCost = ChannelCost.Macs })[block.Name], 1e-9 * whole);
    }

    [Fact]
    public void The_blocks_that_cost_least_are_left_out_and_the_readers_make_up_for_them()
    {
        var pruned = PruningEngine.Prune(_model, _weights, Settings, new CalibrationSet([_picture, _others], 1));

        var after = _model.With(pruned.Spec.Widths);
        Assert.Contains(after.Network.LeftOut, b => b.Name == "expanded_conv_8");
        Assert.DoesNotContain(after.Network.Layers, l => l.Name.StartsWith("expanded_conv_8.", StringComparison.Ordinal));
        Assert.DoesNotContain(pruned.Weights.Keys, k => k.StartsWith("expanded_conv_8.", StringComparison.Ordinal));
        Assert.InRange(pruned.Channels.Removed, 0.1, 0.25);
        pruned.Weights.RequireFit(after.Network, "pruned");
        var plain = Shrunk(pruned);
        Assert.True(Error(after.Network, pruned.Weights) < 0.5 * Error(after.Network, plain), "compensation made nothing good");
        // And once more: what is left out is not asked for again.
        var again = PruningEngine.Prune(after, pruned.Weights, Settings with { Ratio = 0.5 }, new CalibrationSet([_picture, _others], 1));
        Assert.True(after.With(again.Spec.Widths).Network.LeftOut.Count > after.Network.LeftOut.Count);
    }

    [Fact]
    public void Blocks_alone_can_all_go_and_more_than_they_have_is_refused()
    {
        var scores = _model.Network.Blocks.ToDictionary(b => b.Name, _ => 1.0);
        var settings = Settings with { Target = PruneTarget.Macs };
        double all = PruningLimits.Reachable(_model, settings);

        var plan = TargetSelection.Select(_model, new Dictionary<string, double[]>(), settings with { Ratio = all }, blocks: scores);
        Assert.Equal(_model.Network.Blocks.Count, _model.Network.With(Shrinker.NewWidths(_model.Network, plan)).LeftOut.Count);
        Assert.Contains("of the macs cannot be reached", Assert.Throws<ArgumentException>(() => TargetSelection.Select(
            _model, new Dictionary<string, double[]>(), settings with { Ratio = all + 0.05 }, blocks: scores)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_of_a_head_is_left_out_while_it_has_all_channels_and_what_reads_it_makes_up_for_it()
    {
        var spec = RetinaNetFamily.Spec(["a", "b"], new() { PyramidWidth = 64, HeadDepth = 3, WidthMultiplier = 0.1 }, 64);
        var dense = DetectorCatalog.Build(spec);
        var weights = Some.Weights(dense.Network);
        using Tensor pictures = Some.Picture(8, 64, 64), others = Some.Picture(8, 64, 64, seed: 2);
        var settings = Settings with { Protect = ["hidden", "residual", "classification_head.conv.1"], Ratio = 0.7, RoundTo = 1 };
        string[] names = ["classification_head.conv.2", "regression_head.conv.1", "regression_head.conv.2"];
        Assert.Equal(names, settings.BlocksOf(dense.Network).Select(b => b.Name).Order());

        var pruned = PruningEngine.Prune(dense, weights, settings, new CalibrationSet([pictures, others], 1));

        var after = dense.With(pruned.Spec.Widths).Network;
        Assert.Equal(2, after.LeftOut.Count); // of three as wide, seven tenths
        pruned.Weights.RequireFit(after, "pruned");
        var plain = Shrinker.Slice(dense.Network, weights, pruned.Plan);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        double Error(WeightSet tried)
        {
            using TorchNetwork first = new(dense.Network, weights), second = new(after, tried);
            var (expected, actual) = (first.Forward(pictures), second.Forward(pictures));
            return expected.Sum(e => (e.Value - actual[e.Key]).Squared().mean().item<float>() / e.Value.var().item<float>());
        }
        Assert.True(Error(pruned.Weights) < 0.7 * Error(plain), $"{Error(pruned.Weights)} against {Error(plain)}: compensation made nothing good");
        var narrower = dense.With(new Dictionary<string, int> { ["regression_head.conv.1"] = 60 }).Network;
        Assert.Equal(["classification_head.conv.2"], settings.BlocksOf(narrower).Select(b => b.Name));
    }

    [Fact]
    public void Layers_of_heads_and_channels_go_in_several_rounds()
    {
        var dense = DetectorCatalog.Build(RetinaNetFamily.Spec(["a", "b"], new() { PyramidWidth = 64, HeadDepth = 3, WidthMultiplier = 0.1 }, 64));
        var weights = Some.Weights(dense.Network);
        using Tensor pictures = Some.Picture(8, 64, 64), others = Some.Picture(8, 64, 64, seed: 2);
        var settings = Settings with { Groups = ["blocks", "hidden"], Ratio = 0.5, Target = PruneTarget.Macs, PerCost = ChannelCost.Macs, Rounds = 3 };

        var pruned = PruningEngine.Prune(dense, weights, settings, new CalibrationSet([pictures, others], 1));

        var after = dense.With(pruned.Spec.Widths).Network;
        Assert.Contains(after.LeftOut, b => b.Instead is not null);
        pruned.Weights.RequireFit(after, "pruned");
    }

    private IReadOnlyDictionary<string, double> Score(PruneSettings settings) =>
        BlockImportance.Score(_model, _weights, settings, new CalibrationSet([_picture, _others], 1), TestContext.Current.CancellationToken);

    private WeightSet Shrunk(PruneResult pruned) => Shrinker.Slice(_model.Network, _weights, pruned.Plan);

    private double Error(Network network, WeightSet weights)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using TorchNetwork dense = new(_model.Network, _weights), other = new(network, weights);
        var (expected, actual) = (dense.Forward(_picture), other.Forward(_picture));
        return expected.Sum(e => (e.Value - actual[e.Key]).Squared().mean().item<float>() / e.Value.var().item<float>());
    }

    private void Scale(string tensor, float by)
    {
        foreach (ref float value in _weights[tensor].Values.AsSpan())
        {
            value *= by;
        }
    }
}
