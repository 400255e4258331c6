using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Searches;

namespace PruneSearch.Core.Tests.Comparisons;

public sealed class ArmResultTests
{
    [Fact]
    public void An_arm_is_the_mean_of_its_seeds_and_its_interval_goes_from_the_lowest_to_the_highest_of_theirs()
    {
        var arm = Made.Results(_ => .5, t => 1 + t.Ratio + t.Seed * .25).Pruned(null).First(a => a is { Arm: "iterative", Level: .4 });
        var (first, second) = (arm.Results[0], arm.Results[1]);

        var both = new ArmResult(
        [
            first with { Steps = 100, Seconds = 30, Report = first.Report with { Macs = 10, Parameters = 7 } },
            second with { Steps = 300, Seconds = 10, Report = second.Report with { Macs = 30, Parameters = 9 } },
        ]);

        Assert.Equal((20, 8, 200, 20), (both.Macs, both.Parameters, both.Steps, both.Seconds));
        Assert.Equal(1.775, both.SpeedUp, 12); // 1.65 and 1.9, each ± .05
        Assert.Equal(1.6, both.SpeedUpLow, 12);
        Assert.Equal(1.95, both.SpeedUpHigh, 12);
    }

    [Fact]
    public void The_original_is_as_fast_as_itself_whatever_its_measurement_says()
    {
        var results = Made.Results(_ => .5, _ => 1.03);

        Assert.All(results.Trajectories, t => Assert.Equal(t.Schedule == ScheduleKind.Base ? 1 : 1.03, t.SpeedUp));
        Assert.Equal((1, 1, 1), (results.Original!.SpeedUp, results.Original.SpeedUpLow, results.Original.SpeedUpHigh));
    }
}
