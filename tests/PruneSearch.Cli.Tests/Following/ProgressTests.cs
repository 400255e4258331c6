using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cli.Following;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cli.Tests.Following;

public sealed class ProgressTests
{
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
