using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Tests.Strategies;

public sealed class AdaptiveStrategyTests
{
    [Fact]
    public void A_result_without_an_accuracy_does_not_make_it_guess()
    {
        var made = new MadeSearch(StrategyKind.Random, 3);
        made.Launch(StrategyCatalog.Create(StrategyKind.Random, made.Problem).Propose(made.History, 60));
        made.FinishAll();
        Assert.Contains(made.History.Trials, t => t.Results.Any(r => double.IsNaN(r.Costs[0])));
        var proposal = Assert.Single(StrategyCatalog.Create(StrategyKind.Adaptive, made.Problem).Propose(made.History, 1));
        Assert.StartsWith("expected to add", proposal.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_goal_is_what_it_works_towards()
    {
        var aware = Enumerable.Range(0, 6).Select(seed => Smallest(seed, told: true)).ToList();
        var unaware = Enumerable.Range(0, 6).Select(seed => Smallest(seed, told: false)).ToList();
        string both = string.Join("; ", aware.Zip(unaware, (a, u) => $"{a:F3} {u:F3}"));
        Assert.True(aware.Average() < 0.9 * unaware.Average(), both);
        Assert.True(aware.Zip(unaware).Count(p => p.First <= p.Second) >= 5, both);
    }

    [Fact]
    public void A_goal_that_nothing_can_meet_ends_no_search()
    {
        var made = new MadeSearch(StrategyKind.Adaptive, 0);
        var strategy = StrategyCatalog.Create(StrategyKind.Adaptive, made.Problem);
        for (int i = 0; i < 30; i++)
        {
            var proposals = strategy.Propose(made.History.Toward(new StrategyGoal([-1, null], 1)), 1);
            made.RequireNew(proposals);
            made.Launch([Assert.Single(proposals)]);
            made.FinishAll();
        }
    }

    // The least MACs among results whose accuracy will do, after 40 proposals; 1 for none.
    private static double Smallest(int seed, bool told)
    {
        const double bound = 0.25;
        var made = new MadeSearch(StrategyKind.Adaptive, seed);
        var strategy = StrategyCatalog.Create(StrategyKind.Adaptive, made.Problem);
        for (int i = 0; i < 40; i++)
        {
            var proposals = strategy.Propose(told ? made.History.Toward(new StrategyGoal([bound, null], 1)) : made.History, 1);
            made.RequireNew(proposals);
            made.Launch(proposals);
            made.FinishAll();
        }
        return made.History.Trials.SelectMany(t => t.Results).Where(r => r.Costs[0] <= bound).Select(r => r.Costs[1]).DefaultIfEmpty(1).Min();
    }
}
