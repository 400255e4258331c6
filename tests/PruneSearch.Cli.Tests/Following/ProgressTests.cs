using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cli.Following;
using PruneSearch.Connections.Sessions;
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
    public void An_attempt_that_is_taken_over_is_timed_anew()
    {
        var time = new FakeTimeProvider();
        var left = new TimeLeft(time);
        left.Of(Training(9)); // then its worker was killed, ten minutes went by, and another one goes on from a snapshot
        time.Advance(TimeSpan.FromMinutes(10));

        Assert.Null(left.Of(Training(10) with { Attempts = 2 }));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(2 * 89 + 200), left.Of(Training(11) with { Attempts = 2 }));
    }

    [Fact]
    public void A_jump_to_a_snapshot_does_not_count_as_speed()
    {
        var time = new FakeTimeProvider();
        var left = new TimeLeft(time);
        TimeSpan? last = null;
        foreach (int step in (int[])[1, 2, 3, 53, 54, 55]) // two seconds a step, and fifty of them at once
        {
            last = left.Of(Training(step));
            time.Advance(TimeSpan.FromSeconds(2));
        }
        Assert.Equal(TimeSpan.FromSeconds(2 * 45 + 200), last);
    }

    [Fact]
    public void Plain_lines_say_once_why_trajectories_wait_and_what_stages_warned_of()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var plain = new PlainProgress(
            new CliContext { Output = output, Error = errors, IsTerminal = false, Sessions = new ScriptedSessions(Path.GetTempPath()) });
        TrajectoryStatus Waiting(string name, WaitKind kind, string text) =>
            Some.Trajectory(WorkState.Waiting) with { Name = name, Wait = new WaitReason(kind, text) };
        var first = Some.Status(
            WorkState.Running,
            Waiting("a", WaitKind.NoSlot, "no slot"),
            Waiting("b", WaitKind.Stage, "waits for stage 1 of a"),
            Waiting("c", WaitKind.Stage, "waits for stage 1 of a"));
        plain.Show(first);
        plain.Show(first);
        foreach (int position in (int[])[3, 2, 1])
        {
            plain.Show(Some.Status(WorkState.Running,
                Some.Trajectory(WorkState.Completed, done: 3) with { Name = "a", Warnings = [new StageWarning(2, "nothing was removed")] },
                Waiting("b", WaitKind.Queue, $"position {position}"), Waiting("c", WaitKind.Stage, "waits for stage 2 of b")));
        }

        Assert.Equal(
            [
                "a                   0/2  no slot", "b                   0/2  waits for stage 1 of a (and 1 more)",
                "a                   2/2  completed  mAP50 0.700", "b                   0/2  position 3", "c                   0/2  waits for stage 2 of b",
            ],
            output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("warning: a #2: nothing was removed\n", errors.ToString());
    }

    [Fact]
    public void A_failure_is_told_once_however_many_trajectories_had_its_stage_before_them()
    {
        TrajectoryStatus Failed(string name, string stage, string? log) =>
            Some.Trajectory(WorkState.Failed, reason: "stage 1 of 3: it broke\non two lines") with { Name = name, NextStage = stage, LogTail = log };
        var status = Some.Status(WorkState.Failed, Failed("a", "one", "first line\nsecond line"), Failed("b", "one", null), Failed("c", "two", "another log"));

        Assert.Equal(
            [
                "made-up-0001: failed (made-up reason)",
                "  a                   0/2  failed  stage 1 of 3: it broke on two lines",
                "      | first line", "      | second line",
                "  b                   0/2  failed  like a",
                "  c                   0/2  failed  stage 1 of 3: it broke on two lines",
                "      | another log",
            ],
            StatusText.Lines(status, details: true, new SearchPlace(SearchPlace.DefaultHome)));
        string[] brief = [.. StatusText.Lines(status, details: false, new SearchPlace("my home"))];
        Assert.DoesNotContain(brief, l => l.Contains('|', StringComparison.Ordinal));
        Assert.Equal("The end of the log of each failure: prunesearch status made-up-0001 --details --home 'my home'", brief[^1]);
        Assert.Equal(["a and 1 more", "c"], StageFailure.Of(status).Select(f => f.Who));
    }

    [Fact]
    public void Plain_lines_come_when_something_happened_and_now_and_then()
    {
        var time = new FakeTimeProvider();
        using var output = new StringWriter();
        var plain = new PlainProgress(
            new CliContext { Output = output, Error = output, IsTerminal = false, Sessions = new ScriptedSessions(Path.GetTempPath()), Time = time });

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
