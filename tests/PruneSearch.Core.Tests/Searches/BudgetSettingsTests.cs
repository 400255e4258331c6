using PruneSearch.Core.Searches;

namespace PruneSearch.Core.Tests.Searches;

public sealed class BudgetSettingsTests
{
    [Fact]
    public void More_is_added_to_what_is_limited_alone()
    {
        var budget = new BudgetSettings { Hours = 1.5, Trajectories = 20 };

        Assert.Equal(budget with { Hours = 3.5 }, budget.Plus(new() { Hours = 2, Steps = 100 }));
        Assert.Equal(int.MaxValue, budget.Plus(new() { Trajectories = int.MaxValue }).Trajectories);
    }

    [Fact]
    public void Every_limit_holds_by_itself()
    {
        var budget = new BudgetSettings { Hours = 1, Trajectories = 2, Steps = 100 };

        Assert.True(budget.Leaves(SearchCost.None));
        Assert.True(budget.Leaves(new SearchCost(3599, 1, 99)));
        Assert.False(budget.Leaves(new SearchCost(3600, 0, 0)));
        Assert.False(budget.Leaves(new SearchCost(0, 2, 0)));
        Assert.False(budget.Leaves(new SearchCost(0, 0, 100)));
        Assert.True(new BudgetSettings { Steps = 100 }.Leaves(new SearchCost(1e9, 1000, 99)));
    }
}
