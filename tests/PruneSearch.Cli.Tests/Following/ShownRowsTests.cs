using PruneSearch.Cli.Following;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cli.Tests.Following;

public sealed class ShownRowsTests
{
    private static readonly TrajectoryStatus[] All =
    [
        .. Enumerable.Range(0, 5).Select(i => Named($"done-{i}", WorkState.Completed)),
        Named("failed", WorkState.Failed),
        .. Enumerable.Range(0, 3).Select(i => Named($"ready-{i}", WorkState.Running)),
        Named("training", WorkState.Running) with { Progress = new StageProgress { Part = "fine-tune" } },
    ];

    [Fact]
    public void What_fits_is_shown_whole()
    {
        var (shown, others) = ShownRows.Of(All, 10);
        Assert.Same(All, shown);
        Assert.Null(others);
    }

    [Fact]
    public void What_is_at_work_or_failed_is_shown_first_and_the_others_are_counted()
    {
        var (shown, others) = ShownRows.Of(All, 4);
        Assert.Equal(["failed", "ready-0", "training"], shown.Select(t => t.Name));
        Assert.Equal("and 7 more: 2 running, 5 completed", others);
    }

    private static TrajectoryStatus Named(string name, WorkState state) => Some.Trajectory(state) with { Name = name };
}
