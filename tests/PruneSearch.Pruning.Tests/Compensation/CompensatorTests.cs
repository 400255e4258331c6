using PruneSearch.Detection;
using System.Collections.Immutable;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using PruneSearch.Pruning.Compensation;
using PruneSearch.Pruning.Shrinking;
using PruneSearch.Tests.Pruning.Laws;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Pruning.Compensation;

public sealed class CompensatorTests
{
    public static IEnumerable<TheoryDataRow<string>> Names => Vocabulary.Names;

    [Theory]
    [InlineData("plain")] // k × k readers, batch norm takes the shift
    [InlineData("plain-bias-only")]
    [InlineData("depthwise")] // the reader's input is the depthwise output
    [InlineData("taps")] // several readers
    public void A_channel_that_repeats_another_can_go_without_loss(string name)
    {
        var network = Vocabulary.Create(name);
        var weights = Some.Weights(network);
        foreach (var slice in network.Group("A").Slices.Where(s => s.Role != SliceRole.Reader))
        {
            int size = weights[slice.Tensor].Values.Length / slice.Length;
            weights[slice.Tensor].Values.AsSpan(2 * size, size).CopyTo(weights[slice.Tensor].Values.AsSpan(5 * size, size));
        }
        double error = Error(name, network, weights, Without("A", 8, 5), 0, new CompensationOptions { Damping = 1e-9 });
        Assert.InRange(error, 0, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Compensation_lowers_the_error_everywhere(string name)
    {
        var network = Vocabulary.Create(name);
        var group = network.Groups.First(g => g.Width > 1 && g.Slices.Any(s => s.Role == SliceRole.Reader));
        var plan = Without(group.Name, group.Width, 0);
        var weights = Some.Weights(network);
        double plain = Error(name, network, weights, plan, 0, null),
            compensated = Error(name, network, weights, plan, 0, new CompensationOptions());
        Assert.True(compensated < plain, $"{compensated} is not below {plain}");
    }

    [Theory]
    [InlineData("plain", 4)] // k × k readers: fewer positions than values in a window
    [InlineData("plain", 2)]
    [InlineData("depthwise", 2)]
    [InlineData("taps", 2)]
    public void Too_few_positions_to_determine_the_weights_do_no_harm_on_other_pictures(string name, int size)
    {
        var network = Vocabulary.Create(name);
        var weights = Some.Weights(network);
        var plan = Without("A", 8, 0);
        using var few = Some.Picture(1, size, size, seed: 5);
        double plain = Error(name, network, weights, plan, 0, null),
            compensated = Error(name, network, weights, plan, 0, new CompensationOptions { Damping = 1e-6 }, few);
        Assert.True(compensated < 1.05 * plain, $"{compensated} is above {plain}");
    }

    [Fact]
    public void Whole_windows_are_fitted_only_where_there_are_positions_enough()
    {
        var model = DetectorCatalog.Build(
            new DetectorSpec { Architecture = SsdFamily.Architecture, Classes = ["a"], InputSize = 64, Options = new SsdOptions { WidthMultiplier = 0.35 } });
        var groups = model.Network.Groups.Select(g => g.Name).ToHashSet();
        var site = ReaderSite.Of(model.Network, groups).First(s => s.Taps == 9 && s.Conv.Height * s.Conv.Width < s.Layout.Width * 9);
        int positions = site.Conv.Height * site.Conv.Width, enough = (site.Layout.Width * 9 + positions - 1) / positions;
        var nothing = new PruningPlan(new Dictionary<string, ImmutableArray<int>>(), 0);
        Assert.False(new SiteSolver(site, site, nothing, enough - 1).WholeWindows);
        Assert.True(new SiteSolver(site, site, nothing, enough).WholeWindows);
    }

    [Fact]
    public void One_flat_picture_and_dead_channels_leave_finite_weights()
    {
        var network = Vocabulary.Create("depthwise");
        var weights = Some.Weights(network);
        Array.Clear(weights["a.bn.weight"].Values);
        using var flat = zeros(1, 3, 16, 16);
        var plan = Without("A", 8, 1);
        var pruned = Vocabulary.Create("depthwise", Shrinker.NewWidths(network, plan));
        var solved = Compensator.Solve(
            new(network, weights), new(pruned, Shrinker.Slice(network, weights, plan)), plan, new([flat]), new CompensationOptions { Damping = 0 });
        Assert.All(solved.Values, t => Assert.All(t.Values, v => Assert.True(float.IsFinite(v))));
    }

    [Fact]
    public void Mistakes_are_named()
    {
        var network = Vocabulary.Create("plain");
        var weights = Some.Weights(network);
        using var picture = Some.Picture(1, 16, 16);
        var plan = Without("A", 8, 1);
        var pruned = Vocabulary.Create("plain", Shrinker.NewWidths(network, plan));
        ArgumentException Mistake(IReadOnlyList<Tensor> pictures, CompensationOptions? options = null) => Assert.Throws<ArgumentException>(
            () => Compensator.Solve(new(network, weights), new(pruned, Shrinker.Slice(network, weights, plan)), plan, new(pictures), options));
        Assert.Contains("calibration", Mistake([]).Message, StringComparison.Ordinal);
        Assert.Contains("Damping 2", Mistake([picture], new() { Damping = 2 }).Message, StringComparison.Ordinal);
        Assert.Contains("-1 bytes", Mistake([picture], new() { MapBytes = -1 }).Message, StringComparison.Ordinal);
    }

    private static PruningPlan Without(string group, int width, int channel) =>
        new(new Dictionary<string, ImmutableArray<int>> { [group] = [.. Enumerable.Range(0, width).Where(i => i != channel)] }, 1);

    // Largest mean square error of an output as a share of its variance, on the calibration pictures themselves if there are no others.
    private static double Error(
        string name, Network network, WeightSet weights, PruningPlan plan, int seed, CompensationOptions? options, Tensor? calibration = null)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var picture = Some.Picture(16, 16, 16, seed);
        var pruned = Vocabulary.Create(name, Shrinker.NewWidths(network, plan));
        var cut = Shrinker.Slice(network, weights, plan);
        using var dense = new TorchNetwork(network, weights);
        using var small = new TorchNetwork(
            pruned, options is null ? cut : Compensator.Solve(new(network, weights), new(pruned, cut), plan, new([calibration ?? picture]), options));
        var (expected, actual) = (dense.Forward(picture), small.Forward(picture));
        return expected.Max(o => ((o.Value - actual[o.Key]).Squared().mean() / o.Value.var()).item<float>());
    }
}
