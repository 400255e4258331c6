using PruneSearch.Core.Schedules;

namespace PruneSearch.Tests.Core.Schedules;

public sealed class PruningScheduleTests
{
    [Fact]
    public void Ratios_are_those_computed_by_hand()
    {
        Assert.Equal([0.1, 0.2, 0.3, 0.35], PruningSchedule.Constant(0.1, 0.35));
        Assert.Equal([0.2, 0.4, 0.6], PruningSchedule.Linear(3, 0.6));
        Assert.Equal([0.5, 0.75], PruningSchedule.Geometric(2, 0.75));
        Assert.Equal([0.7, 0.8], PruningSchedule.Cubic(2, 0.8));
    }

    [Fact]
    public void A_longer_schedule_starts_like_a_shorter_one() => Assert.Equal(PruningSchedule.Constant(0.1, 0.4), PruningSchedule.Constant(0.1, 0.7).Take(4));

    [Fact]
    public void Numbers_outside_their_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PruningSchedule.Linear(0, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => PruningSchedule.Cubic(3, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PruningSchedule.Constant(0, 0.5));
    }
}
