using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cli.Following;
using PruneSearch.Cli.Growing;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Tests.Growing;

public sealed class GrowthTextTests
{
    private static readonly GrowthStatus Growth = new()
    {
        Strategy = "adaptive",
        Proposals = 23,
        Open = 2,
        Spent = new(2470, 21, 9000),
        Budget = new() { Hours = 2, Trajectories = 200 },
        Curve = [new(100, 0, 0.25), new(600, 3, 0.31), new(1300, 9, 0.35), new(2400, 20, 0.412)],
        Goal = new() { Model = "p17 #2", Meets = true, Map50 = .712, Map = .4, SpeedUp = 1.62, Macs = 9_000_000 },
    };

    [Fact]
    public void What_was_proposed_spent_and_left_the_growth_and_the_best_so_far_are_told()
    {
        Assert.Equal(
            [
                "adaptive: 23 proposed, 2 open; spent 41:10 of 2:00:00 slot time, 1:18:50 left; 21 of 200 trajectories",
                "hypervolume 0.4120 (0.3100 at a quarter of this time, 0.3100 at half)",
                "best that meets the goal: p17 #2, mAP50 0.712, 1.62×",
            ],
            GrowthText.Lines(Growth));
        Assert.Equal(
            ["random: 23 proposed, 2 open; spent 41:10 slot time; 9000 of 50000 steps", "nothing meets the goal yet, nearest: p17 #2, mAP50 0.712, 1.62×"],
            GrowthText.Lines(Growth with
            {
                Strategy = "random",
                Budget = new() { Steps = 50000 },
                Curve = [],
                Goal = Growth.Goal! with { Meets = false },
            }));
    }

    [Fact]
    public void A_proposal_says_what_is_tried_and_why()
    {
        Assert.Equal(
            "level 0.43, criterion obs; rung 1, about 1:20: most per second",
            GrowthText.Of(new ProposalStatus(3, 1, "most per second", 80, "level 0.43, criterion obs")));
        Assert.Equal("rung 0: first look", GrowthText.Of(new ProposalStatus(0, 0, "first look", null)));
    }

    [Fact]
    public void Plain_lines_tell_each_proposal_once_and_how_all_stands_every_ten_seconds()
    {
        using var output = new StringWriter();
        var time = new FakeTimeProvider();
        var plain = new PlainProgress(new CliContext
        {
            Output = output,
            Error = TextWriter.Null,
            IsTerminal = false,
            Time = time,
            Sessions = new ScriptedSessions(Path.GetTempPath()),
        });
        TrajectoryStatus Proposed(int number) => Some.Trajectory(WorkState.Waiting) with
        {
            Name = $"p{number}",
            Proposal = new(number, 0, "spread evenly", null, $"level 0.{number + 3}"),
        };
        var ended = Some.Trajectory(WorkState.Waiting, done: 3) with { State = WorkState.Completed, Name = "old", Proposal = new(0, 0, "before", null) };
        SearchStatus Status(int proposals) => Some.Status(WorkState.Running, [ended, .. Enumerable.Range(1, proposals).Select(Proposed)]) with
        {
            Growth = Growth with { Proposals = proposals, Curve = [], Goal = null },
        };
        foreach (int proposals in (int[])[1, 1, 2, 3])
        {
            plain.Show(Status(proposals));
            time.Advance(TimeSpan.FromSeconds(4));
        }

        Assert.Equal(
            [
                "p1                  proposed: level 0.4; rung 0: spread evenly",
                "adaptive: 1 proposed, 2 open; spent 41:10 of 2:00:00 slot time, 1:18:50 left; 21 of 200 trajectories",
                "p2                  proposed: level 0.5; rung 0: spread evenly",
                "p3                  proposed: level 0.6; rung 0: spread evenly",
                "adaptive: 3 proposed, 2 open; spent 41:10 of 2:00:00 slot time, 1:18:50 left; 21 of 200 trajectories",
            ],
            output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith("old ", StringComparison.Ordinal)));
        Assert.DoesNotContain("before", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_status_tells_of_the_growth_before_and_of_each_proposal_below_its_trajectory()
    {
        var status = Some.Status(WorkState.Running, Some.Trajectory(WorkState.Completed, done: 3) with { Proposal = new(0, 2, "promoted", 30, "level 0.4") })
            with
        { Growth = Growth };

        string[] lines = [.. StatusText.Lines(status, details: false, new SearchPlace("home", null))];

        Assert.Equal("made-up-0001: running", lines[0]);
        Assert.Equal(["  " + GrowthText.Lines(Growth)[0], "  " + GrowthText.Lines(Growth)[1], "  " + GrowthText.Lines(Growth)[2]], lines[1..4]);
        Assert.StartsWith("  iterative-40", lines[4], StringComparison.Ordinal);
        Assert.Equal("      level 0.4; rung 2, about 0:30: promoted", lines[5]);
    }
}
