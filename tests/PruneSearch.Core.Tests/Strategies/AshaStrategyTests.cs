using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Tests.Strategies;

public sealed class AshaStrategyTests
{
    [Fact]
    public void The_best_third_of_a_rung_goes_on_from_where_it_stopped()
    {
        var made = new MadeSearch(StrategyKind.Asha, 1);
        var strategy = StrategyCatalog.Create(StrategyKind.Asha, made.Problem);
        made.Launch(strategy.Propose(made.History, 9));
        Assert.All(made.History.Trials, t => Assert.Equal((0, null), (t.Rung, t.Proposal.Continues)));
        made.FinishAll();
        var done = made.History.Tried.Where(t => !t.HasFailed).ToList();
        var proposals = strategy.Propose(made.History, 9);
        var promoted = proposals.Where(p => p.Continues is not null).ToList();
        Assert.Equal(done.Count / 3, promoted.Count);
        Assert.All(promoted, p => Assert.Equal(1, p.Rung));
        Assert.All(promoted, p => Assert.Equal(p.Configuration, made.History.Trials[p.Continues!.Value].Configuration));
        // None that stayed behind beats one that was promoted.
        double[] Costs(Configuration c) => [.. made.History.Find(c)!.Deepest!.Costs];
        var behind = done.Where(t => promoted.TrueForAll(p => p.Configuration != t.Configuration)).Select(t => Costs(t.Configuration)).ToList();
        Assert.All(promoted, p => Assert.DoesNotContain(behind, b => Core.Frontiers.ParetoFrontier.Dominates(b, Costs(p.Configuration))));
    }
}
