using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Tests.Strategies;

/// <summary>What every strategy keeps to, over random histories: some trials run, some fail, results come in any order.</summary>
public sealed class StrategyConformanceTests
{
    public static TheoryData<StrategyKind, int> Cases
    {
        get
        {
            var cases = new TheoryData<StrategyKind, int>();
            foreach (var kind in Enum.GetValues<StrategyKind>())
            {
                for (int seed = 1; seed <= 3; seed++)
                {
                    cases.Add(kind, seed);
                }
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_same_history_gives_the_same_valid_and_new_proposals(StrategyKind kind, int seed)
    {
        var made = new MadeSearch(kind, seed);
        var strategy = StrategyCatalog.Create(kind, made.Problem);
        for (int step = 0; step < 36; step++)
        {
            var history = made.History;
            int slots = 1 + step % 5;
            var proposals = strategy.Propose(history, slots);
            Assert.Equal(proposals, strategy.Propose(history, slots));
            if (step % 7 == 6)
            {
                Assert.Equal(proposals, StrategyCatalog.Create(kind, made.Problem).Propose(made.Copy(), slots));
            }
            Assert.True(proposals.Count <= slots);
            made.RequireNew(proposals);
            made.Launch(proposals);
            made.Happen();
        }
        Assert.True(made.History.Trials.Count > 30);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sixteen_slots_get_distinct_proposals(StrategyKind kind, int seed)
    {
        var made = new MadeSearch(kind, seed);
        var strategy = StrategyCatalog.Create(kind, made.Problem);
        for (int i = 0; i < 3; i++)
        {
            var proposals = strategy.Propose(made.History, 16);
            Assert.Equal(16, proposals.Count);
            Assert.Equal(16, proposals.Select(p => p.Configuration).Distinct().Count());
            made.RequireNew(proposals);
            made.Launch(proposals);
            made.FinishAll();
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_small_space_is_tried_whole_and_then_it_is_over(StrategyKind kind, int seed)
    {
        var made = new MadeSearch(kind, seed, small: true);
        var strategy = StrategyCatalog.Create(kind, made.Problem);
        for (int i = 0; i < 400 && strategy.Propose(made.History, 3) is { Count: > 0 } proposals; i++)
        {
            made.RequireNew(proposals);
            made.Launch(proposals);
            made.FinishAll();
        }
        Assert.Equal(made.Problem.Space.Count(), made.History.Tried.Count);
        Assert.Empty(strategy.Propose(made.History, 3));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rounds_are_the_same_whatever_the_order_of_results(StrategyKind kind, int seed)
    {
        MadeSearch? first = null;
        for (int run = 0; run < 2; run++)
        {
            // Results are a function of the configuration; their order and the number of slots are of the run.
            var made = new MadeSearch(kind, seed, order: run);
            var strategy = new RoundsStrategy(StrategyCatalog.Create(kind, made.Problem), 6);
            while (made.History.Trials.Count < 27)
            {
                // Killed now and then: the next process knows nothing but the log.
                strategy = made.History.Trials.Count % 5 == run ? new RoundsStrategy(StrategyCatalog.Create(kind, made.Problem), 6) : strategy;
                made.Launch(strategy.Propose(made.History, run == 0 ? 1 : 4));
                made.Happen();
            }
            first ??= made;
            Assert.Equal(first.History.Trials.Take(27).Select(t => t.Proposal), made.History.Trials.Take(27).Select(t => t.Proposal));
        }
    }
}
