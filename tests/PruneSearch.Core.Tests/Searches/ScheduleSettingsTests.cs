using PruneSearch.Core.Searches;

namespace PruneSearch.Core.Tests.Searches;

public sealed class ScheduleSettingsTests
{
    [Theory]
    [InlineData(ScheduleShape.Linear, new[] { 0.25, 0.5, 0.75 })]
    [InlineData(ScheduleShape.Geometric, new[] { 0.370039, 0.60315, 0.75 })]
    [InlineData(ScheduleShape.Cubic, new[] { 0.527778, 0.722222, 0.75 })]
    public void Iterations_take_the_shape_asked_for(ScheduleShape shape, double[] expected) =>
        Assert.Equal(expected, new ScheduleSettings.Iterative { Iterations = 3, Shape = shape }.RatiosTo(0.75));

    [Theory]
    [InlineData(0.3, new[] { 0.1, 0.2, 0.3 })]
    [InlineData(0.25, new[] { 0.1, 0.2, 0.25 })]
    [InlineData(0.05, new[] { 0.05 })]
    public void A_step_size_gives_exact_cumulative_ratios(double level, double[] expected) =>
        Assert.Equal(expected, new ScheduleSettings.Iterative { Step = 0.1 }.RatiosTo(level));

    [Fact]
    public void Iterations_and_ratios_end_at_the_level()
    {
        var schedule = new ScheduleSettings.Iterative();

        Assert.Equal([0.2, 0.4, 0.6], (schedule with { Iterations = 3 }).RatiosTo(0.6));
        Assert.Equal([0.15, 0.3], (schedule with { Ratios = [0.15, 0.3, 0.6] }).RatiosTo(0.3));
        Assert.Equal([0.15, 0.3, 0.5], (schedule with { Ratios = [0.15, 0.3, 0.6] }).RatiosTo(0.5));
    }

    [Fact]
    public void A_schedule_that_says_nothing_of_its_iterations_is_named() =>
        Assert.Contains("'x' has no step", Assert.Throws<InvalidOperationException>(() => new ScheduleSettings.Iterative { Name = "x" }.RatiosTo(.5)).Message);
}
