using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Pruning.Selection;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Tests.Pruning.Selection;

/// <summary>Which group gives what rounding has left, and how much each of those that compete gives.</summary>
public sealed class BlockSelectionTests
{
    private static readonly PruneSettings Quarter = new() { Ratio = 0.25, Groups = ["all"], RoundTo = 8, MaxGroupRatio = 0.9 };

    [Fact]
    public void What_is_left_goes_where_a_whole_block_costs_least()
    {
        // Both are asked for four of their sixteen; the next block of A would cost 50 on the mean, that of B 1.5.
        double[] a = [0, 0, 0, 0, .. Enumerable.Repeat(100.0, 12)], b = [1, 1, 1, 1, 2, 2, 2, 2, .. Enumerable.Repeat(200.0, 8)];

        Assert.Equal((0, 8), Removed(Quarter, Group(16, a), Group(16, b)));
        Assert.Equal((8, 0), Removed(Quarter, Group(16, b), Group(16, a)));
        Assert.Equal((8, 0), Removed(Quarter, Group(16, b), Group(16, b))); // equal costs: the first
    }

    [Fact]
    public void With_local_ranking_it_goes_where_most_is_missing_whatever_it_costs()
    {
        var local = Quarter with { Ranking = ChannelRanking.Local };
        double[] cheap = new double[16], dear = [.. Enumerable.Repeat(9.0, 24)];

        var plan = Select(local, Group(16, cheap), Group(24, dear), Group(24, dear)); // asked for 4, 6 and 6

        Assert.Equal([0, 8, 8], Gone(plan, 16, 24, 24));
        Assert.Equal([8, 0], Gone(Select(local, Group(24, dear), Group(24, dear)), 24, 24)); // 12 may go, one block of 8: the first
    }

    [Fact]
    public void Kinds_give_the_same_share_over_all_of_their_groups()
    {
        var settings = Quarter with { Ratio = 0.5, RoundTo = 1, Ranking = ChannelRanking.Isomorphic };
        double[] Scores(int width, double from) => [.. Enumerable.Range(0, width).Select(i => from + i)];

        var plan = Select(
            settings, Group(4, Scores(4, 100)), Group(8, Scores(8, 50)), Group(4, Scores(4, 0)) with { Kind = ChannelGroupKind.Hidden });

        Assert.Equal([0, 6, 2], Gone(plan, 4, 8, 4)); // half of twelve, and half of four
    }

    [Fact]
    public void What_each_lost_before_counts_for_itself()
    {
        var settings = Quarter with { Ratio = 0.5, RoundTo = 1, Ranking = ChannelRanking.Local };
        var pruned = Group(10, [0, 0, 0, 0, 0, 0]) with { Width = 6 };

        Assert.Equal((1, 5), Removed(settings, pruned, Group(10, [.. Enumerable.Repeat(9.0, 10)])));
        Assert.Equal((4, 18, 20), ChannelSelection.Range(Network(pruned, Group(10, new double[10])), settings));
        var both = Group(10, [0, 0, 0, 0, 0, 0, 0]) with { Width = 7 };
        Assert.Equal((7, 18, 20), ChannelSelection.Range(Network(pruned, both), settings));
        Assert.Equal(3, Select(settings with { Ranking = ChannelRanking.Isomorphic }, pruned, both).Removed);
    }

    [Fact]
    public void Scores_that_are_not_one_finite_number_a_channel_are_named()
    {
        var network = Network(Group(4, []), Group(4, []));
        string Refused(params (string Group, double[] Scores)[] scores) => Assert.Throws<ArgumentException>(
            () => ChannelSelection.Select(network, scores.ToDictionary(s => s.Group, s => s.Scores), Quarter)).Message;

        Assert.Equal("Channel group 'G1' is selected but has no scores.", Refused(("G0", new double[4])));
        Assert.Equal("Channel group 'G0' has 4 channels but 3 scores.", Refused(("G0", new double[3]), ("G1", new double[4])));
        Assert.Equal(
            "The score of channel 0 of group 'G1' is NaN; expected a finite number.", Refused(("G0", new double[4]), ("G1", [double.NaN, 0, 0, 0])));
        Assert.Contains("channel 3 of group 'G0'", Refused(("G0", [0, 0, 0, double.PositiveInfinity]), ("G1", new double[4])), StringComparison.Ordinal);
    }

    private static (int, int) Removed(PruneSettings settings, Made first, Made second)
    {
        int[] gone = [.. Gone(Select(settings, first, second), first.Width, second.Width)];
        return (gone[0], gone[1]);
    }

    private static IEnumerable<int> Gone(PruningPlan plan, params int[] widths) =>
        widths.Select((w, i) => plan.Kept.TryGetValue($"G{i}", out var kept) ? w - kept.Length : 0);

    private static PruningPlan Select(PruneSettings settings, params Made[] groups) =>
        ChannelSelection.Select(Network(groups), groups.Index().ToDictionary(g => $"G{g.Index}", g => g.Item.Scores), settings);

    private static Network Network(params Made[] groups)
    {
        var b = new NetworkBuilder(groups.Index().ToDictionary(g => $"G{g.Index}", g => g.Item.Width));
        string x = b.Input("image", 3, 8, 8);
        foreach (var (i, made) in groups.Index())
        {
            x = b.Conv($"conv{i}", x, b.Group($"G{i}", made.Kind, made.Dense), 1);
        }
        return b.Build();
    }

    private static Made Group(int dense, double[] scores) => new(dense, dense, ChannelGroupKind.Neck, scores);

    private sealed record Made(int Dense, int Width, ChannelGroupKind Kind, double[] Scores);
}
