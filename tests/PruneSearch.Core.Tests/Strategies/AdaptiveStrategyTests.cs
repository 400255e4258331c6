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
}
