using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cli.Following;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cli.Tests.Following;

public sealed class ProgressTests
{
    [Fact]
    public void Of_many_trajectories_those_at_work_and_those_that_failed_are_shown()
    {
        TrajectoryStatus Trajectory(int i, WorkState state, StageProgress? progress = null) =>
            new() { Name = $"t{i}", Schedule = ScheduleKind.OneShot, Ratio = .2, State = state, Stages = 2, CompletedStages = 0, Progress = progress };
        TrajectoryStatus[] all =
        [
            Trajectory(0, WorkState.Completed), Trajectory(1, WorkState.Completed), Trajectory(2, WorkState.Waiting), Trajectory(3, WorkState.Failed),
            Trajectory(4, WorkState.Running), Trajectory(5, WorkState.Running, new StageProgress { Part = "fine-tune", Step = 1, Steps = 2 }),
        ];

        Assert.Equal((all, null), ProgressRows.Pick(all, 6));
        var (shown, others) = ProgressRows.Pick(all, 3);
        Assert.Equal(["t3", "t4", "t5"], shown.Select(t => t.Name));
        Assert.Equal("and 3 more: 1 waiting, 2 completed", others);
    }

    private static TrajectoryStatus Training(int step, int done = 1) =>
        Some.Trajectory(WorkState.Running, done, progress: new StageProgress { Part = "fine-tune", Step = step, Steps = 100 });

    [Fact]
    public void Time_left_follows_from_the_steps_seen_and_the_stages_to_come()
    {
        var time = new FakeTimeProvider();
        var left = new TimeLeft(time);

        Assert.Null(left.Of(Training(10)));
        time.Advance(TimeSpan.FromSeconds(20));

        // 2 s a step: 80 steps of this stage and 100 of the next one.
        Assert.Equal(TimeSpan.FromSeconds(160 + 200), left.Of(Training(20)));
    }

    [Fact]
    public void Another_stage_is_timed_anew()
    {
        var time = new FakeTimeProvider();
        var left = new TimeLeft(time);
        left.Of(Training(10));
        time.Advance(TimeSpan.FromSeconds(20));

        Assert.Null(left.Of(Training(50, done: 2)));
    }

    [Fact]
    public void Plain_lines_come_when_something_happened_and_now_and_then()
    {
        var time = new FakeTimeProvider();
        using var output = new StringWriter();
        var plain = new PlainProgress(new CliContext { Output = output, Error = output, IsTerminal = false, Sessions = new ScriptedSessions(Path.GetTempPath()), Time = time });

        void Show(TrajectoryStatus t) => plain.Show(Some.Status(WorkState.Running, t));
        Show(Training(1));
        Show(Training(2));
        time.Advance(TimeSpan.FromSeconds(11));
        Show(Training(3));
        Show(Some.Trajectory(WorkState.Completed, done: 3));
        Show(Some.Trajectory(WorkState.Completed, done: 3));

        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Contains("fine-tune 1/100", lines[0], StringComparison.Ordinal);
        Assert.Contains("fine-tune 3/100", lines[1], StringComparison.Ordinal);
        Assert.Contains("completed", lines[2], StringComparison.Ordinal);
    }
}
