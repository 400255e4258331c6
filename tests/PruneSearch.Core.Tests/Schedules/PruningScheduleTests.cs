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

    [Fact]
    public void Every_schedule_rises_and_ends_at_exactly_its_target()
    {
        var random = new Random(5);
        for (int trial = 0; trial < 200; trial++)
        {
            double target = 0.001 + 0.998 * random.NextDouble(), step = 0.01 + 0.98 * random.NextDouble();
            int stages = random.Next(1, 9);
            foreach (var ratios in (IReadOnlyList<double>[])[PruningSchedule.Constant(step, target), PruningSchedule.Linear(stages, target),
                PruningSchedule.Geometric(stages, target), PruningSchedule.Cubic(stages, target)])
            {
                Assert.Equal(target, ratios[^1]);
                Assert.Equal(ratios, ratios.Order());
                Assert.All(ratios.SkipLast(1), r => Assert.Equal(Math.Round(r, 6), r)); // ratios are part of keys
            }
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void Shares_are_above_0_and_below_1(double share)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PruningSchedule.Constant(share, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => PruningSchedule.Constant(0.5, share));
        Assert.Throws<ArgumentOutOfRangeException>(() => PruningSchedule.Geometric(2, share));
    }
}
