using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Tests.Strategies;

public sealed class StrategyHistoryTests
{
    [Fact]
    public void A_history_that_went_on_step_by_step_says_what_one_that_is_read_at_once_says()
    {
        var random = new Random(7);
        var (history, trials) = (StrategyHistory.Empty, new List<Trial>());
        for (int step = 0; step < 400; step++)
        {
            var before = (History: history, Text: Text(history));
            if (trials.Count == 0 || random.Next(3) == 0)
            {
                var proposal = Proposal(random.Next(40), random.Next(4));
                trials.Add(new Trial { Number = trials.Count, Proposal = proposal });
                history = history.With(proposal);
            }
            else
            {
                int number = random.Next(trials.Count);
                trials[number] = trials[number] with
                {
                    State = (TrialState)random.Next(3),
                    Results = [.. Enumerable.Range(0, 4).Where(_ => random.Next(2) == 0).Select(r => new RungResult(r, [number, step], step))],
                };
                history = history.With(trials[number]);
            }
            Assert.Equal(Text(new StrategyHistory([.. trials])), Text(history));
            Assert.Equal(before.Text, Text(before.History));
        }
    }

    [Fact]
    public void One_more_proposal_after_ten_thousand_leaves_little_garbage()
    {
        var history = new StrategyHistory([.. Enumerable.Range(0, 10_000).Select(i => new Trial { Number = i, Proposal = Proposal(i, 0) })]);
        _ = history.With(Proposal(-1, 0));

        long before = GC.GetAllocatedBytesForCurrentThread();
        var after = history.With(Proposal(10_000, 0)).With(history.Trials[17] with { State = TrialState.Failed });

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 32 * 1024); // 6 KiB when this was written
        Assert.Equal((10_001, true), (after.Tried.Count, after.Tried[17].HasFailed));
    }

    private static Proposal Proposal(int configuration, int rung) => new() { Configuration = new Configuration([configuration]), Rung = rung, Why = "" };

    private static string Text(StrategyHistory history) => string.Join('\n',
    [
        history.IsRunning.ToString(),
        .. history.Trials.Select(t => $"{t.Number} {t.Configuration} {t.State}"),
        .. history.Tried.Select(t => $"{t.Configuration} {t.First} {t.Asked} {t.IsRunning} {t.HasFailed} {t.Last?.Number} {t.Deepest?.Rung} " +
            string.Join(' ', t.Results.Select(r => $"{r.Rung}:{string.Join('/', r.Costs)}")) + $" {ReferenceEquals(history.Find(t.Configuration), t)}"),
    ]);
}
