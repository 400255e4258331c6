using PruneSearch.Cluster.Progress;
using PruneSearch.Cluster.Searches;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Growth;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Strategies;
using PruneSearch.Storage;

namespace PruneSearch.Cluster.Tests;

/// <summary>A strategy that fails ends its search with the reason; it does not wait for ever.</summary>
public sealed class GrowthFaultTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_strategy_that_fails_is_told_of_once_and_asked_again_only_when_the_search_is_resumed()
    {
        var plan = GrowingPlans.Of("a", 10);
        var broken = new BrokenStrategy();
        var growth = await SearchGrowth.OpenAsync(new FolderCheckpointStore(_home.Path), plan, new SearchStrategy(plan, _ => broken));
        growth.Follow([StubStageRunner.Report(plan.Trajectories[0].Keys[0])], _ => null);
        var state = new SearchState(plan);
        state.Add(StubStageRunner.Report(plan.Trajectories[0].Keys[0]));

        Assert.Empty(await growth.ProposeAsync(2));
        Assert.Empty(await growth.ProposeAsync(2));

        Assert.True(growth.IsExhausted);
        Assert.Equal(1, broken.Asked);
        Assert.Equal("the strategy random failed: a matrix without an inverse", growth.Fault);
        Assert.Equal((WorkState.Failed, growth.Fault), new StatusProjection(state, null!, growth).Outcome());

        growth.Resume(null);
        Assert.False(growth.IsExhausted);
        Assert.Empty(await growth.ProposeAsync(2));
        Assert.Equal(2, broken.Asked);
    }

    private sealed class BrokenStrategy : ISearchStrategy
    {
        public int Asked { get; private set; }

        public IReadOnlyList<Proposal> Propose(StrategyHistory history, int slots)
        {
            Asked++;
            throw new ArithmeticException("a matrix without an inverse");
        }
    }
}
