using System.Globalization;
using System.Text;
using System.Text.Json;
using PruneSearch.Cluster.Searches;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core;
using PruneSearch.Core.Growth;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Strategies;
using PruneSearch.Storage.Proposals;
using PruneSearch.Storage.Reports;

namespace PruneSearch.Cluster.Tests;

/// <summary>
/// Searches that grow, killed at any write, over random histories: what a coordinator and its workers do, without processes. Every
/// stage's report follows from its key, and some stages fail.
/// </summary>
public sealed class GrowthPropertyTests
{
    private static readonly double[] Rungs = [0, 1.0 / 3, 1];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_at_any_moment_it_proposes_what_it_would_have_proposed()
    {
        int kills = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            var plan = Plan(seed, trajectories: 10 + seed % 7);
            var undisturbed = await new Run(plan, new KillingStore(), new Random(0)).ToEndAsync();
            var random = new Random(seed);
            var store = new KillingStore { Kill = () => random.Next(12) switch { 0 => Death.Before, 1 => Death.After, _ => Death.None } };

            var killed = await new Run(plan, store, new Random(0)).ToEndAsync();

            kills += store.Kills;
            Assert.Equal(Text(undisturbed.Log), Text(killed.Log));
            Assert.Null(ProposalReplay.Difference(plan, killed.Log, killed.Reports, Deciding(plan)));
            Assert.Equal(undisturbed.Reports.Select(r => r.Key), killed.Reports.Select(r => r.Key));
        }
        Assert.InRange(kills, 300, 6000);
    }

    [Fact]
    public async Task A_reproducible_search_is_the_same_whatever_the_number_speed_and_fate_of_workers()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var plan = Plan(seed, trajectories: 30) with { Growth = Plan(seed, 30).Growth! with { Reproducible = true } };
            var alone = await new Run(plan, new KillingStore(), new Random(0)).ToEndAsync();
            for (int workers = 2; workers < 12; workers += 3)
            {
                var random = new Random(seed);
                var store = new KillingStore { Kill = () => random.Next(20) == 0 ? Death.After : Death.None };

                var many = await new Run(plan, store, new Random(workers)) { Workers = workers, IsOrderly = false }.ToEndAsync();

                Assert.Equal(Text(alone.Log.SelectMany(b => b.Proposals)), Text(many.Log.SelectMany(b => b.Proposals)));
                Assert.Null(ProposalReplay.Difference(plan, many.Log, many.Reports, Deciding(plan)));
            }
        }
    }

    [Fact]
    public async Task Workers_that_come_and_go_never_break_a_search_that_is_not_reproducible()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var plan = Plan(seed, trajectories: 25);
            var random = new Random(seed);
            var store = new KillingStore { Kill = () => random.Next(20) == 0 ? Death.After : Death.None };

            var end = await new Run(plan, store, random) { Workers = 4, IsOrderly = false, WorkersComeAndGo = true }.ToEndAsync();

            Assert.Equal(25, end.Log.Sum(b => b.Proposals.Count));
            Assert.Null(ProposalReplay.Difference(plan, end.Log, end.Reports, Deciding(plan)));
        }
    }

    [Fact]
    public async Task Two_owners_of_a_search_propose_nothing_twice()
    {
        var plan = Plan(seed: 1, trajectories: 12);
        var store = new KillingStore();
        var reports = new List<StageReport> { StubStageRunner.Report(plan.Trajectories[0].Keys[0]) };
        var old = await SearchGrowth.OpenAsync(store, plan, Deciding(plan));
        var current = await SearchGrowth.OpenAsync(store, plan, Deciding(plan));
        foreach (var owner in new[] { old, current })
        {
            owner.Follow(reports, _ => null);
        }

        var first = await current.ProposeAsync(3);
        var taken = await old.ProposeAsync(5);
        var more = await old.ProposeAsync(5);

        Assert.Equal(first.Select(p => p.Plan.Keys[^1]), taken.Select(p => p.Plan.Keys[^1]));
        Assert.Equal([3, 4], more.Select(p => p.Number));
        Assert.Equal([3, 4], (await current.ProposeAsync(4)).Select(p => p.Number));
        Assert.Equal([0, 1, 2, 3, 4], (await SearchGrowth.OpenAsync(store, plan, Deciding(plan))).Proposed.Select(p => p.Number));
    }

    private static SearchPlan Plan(int seed, int trajectories)
    {
        var plan = GrowingPlans.Of("a", trajectories, rungs: Rungs);
        return plan with { Growth = plan.Growth! with { Seed = seed } };
    }

    private static SearchStrategy Deciding(SearchPlan plan) => new(plan, p => new HashingStrategy(p));

    private static string Text<T>(IEnumerable<T> entries) => string.Join('\n', entries.Select(e => JsonSerializer.Serialize(e, CoreJson.Canonical)));

    private enum Death
    {
        None,
        Before,
        After,
    }

    /// <summary>What every process of a search sees: its logs, its stages, and which trajectories failed.</summary>
    private sealed class Run(SearchPlan plan, KillingStore store, Random random)
    {
        private readonly HashSet<StageKey> _done = [];
        private readonly HashSet<int> _failed = [];

        public int Workers { get; init; } = 1;

        public bool WorkersComeAndGo { get; init; }

        /// <summary>Whether the oldest trajectory goes on first; otherwise any.</summary>
        public bool IsOrderly { get; init; } = true;

        public async Task<(IReadOnlyList<ProposalBatch> Log, IReadOnlyList<StageReport> Reports)> ToEndAsync()
        {
            while (true)
            {
                try
                {
                    await LiveAsync();
                    store.Kill = null;
                    var proposals = await ProposalLog.OpenAsync(store, plan.Id, Cancellation);
                    return (proposals.Written, (await ReportLog.OpenAsync(store, plan.Id, Cancellation)).Written);
                }
                catch (KilledException)
                {
                    // The next coordinator reads the logs.
                }
            }
        }

        private async Task LiveAsync()
        {
            var growth = await SearchGrowth.OpenAsync(store, plan, Deciding(plan));
            var reports = await ReportLog.OpenAsync(store, plan.Id, Cancellation);
            StageKey[] keys = [plan.Trajectories[0].Keys[0], .. growth.Proposed.SelectMany(p => p.Plan.Keys)];
            foreach (var key in keys.Where(_done.Contains))
            {
                reports.Add(StubStageRunner.Report(key));
            }
            foreach (var proposed in growth.Proposed)
            {
                growth.SetFailed(proposed.Number, _failed.Contains(proposed.Number));
            }
            while (!growth.IsExhausted)
            {
                await reports.FlushAsync(Cancellation);
                growth.Follow(reports.Written, _ => null);
                await growth.ProposeAsync(WorkersComeAndGo ? 1 + random.Next(Workers) : Workers + 1);
                await growth.MergeAsync();
                Work(growth, reports);
            }
        }

        private void Work(SearchGrowth growth, ReportLog reports)
        {
            if (_done.Add(plan.Trajectories[0].Keys[0]))
            {
                reports.Add(StubStageRunner.Report(plan.Trajectories[0].Keys[0]));
                return;
            }
            var open = growth.Proposed.Where(p => !_failed.Contains(p.Number) && p.Plan.Keys.Any(k => !_done.Contains(k))).ToList();
            if (open.Count == 0)
            {
                return;
            }
            var proposed = open[IsOrderly ? 0 : random.Next(Math.Min(open.Count, Workers))];
            var key = proposed.Plan.Keys.First(k => !_done.Contains(k));
            if (key.ToString()[0] == '7')
            {
                _failed.Add(proposed.Number);
                growth.SetFailed(proposed.Number, failed: true);
                return;
            }
            _done.Add(key);
            reports.Add(StubStageRunner.Report(key));
        }
    }

    /// <summary>Proposes what follows from everything that is known: a little difference in what it is told gives something else.</summary>
    private sealed class HashingStrategy(StrategyProblem problem) : ISearchStrategy
    {
        public IReadOnlyList<Proposal> Propose(StrategyHistory history, int slots)
        {
            var proposals = new List<Proposal>();
            while (proposals.Count < slots)
            {
                string known = problem.Seed + string.Join(
                    '\n', history.Trials.Select(t => t.Proposal + t.State.ToString() + string.Join(' ', t.Results.Select(Text))));
                var random = new Random(StageKey.Of(Encoding.UTF8.GetBytes(known)).ToString()[..16].Aggregate(17, (h, c) => h * 31 + c));
                var promotable = history.Tried.Where(t => t is { IsRunning: false, HasFailed: false, Last: not null } && t.Asked < problem.TopRung).ToList();
                var proposal = promotable.Count > 0 && random.Next(2) == 0
                    ? Promotion(promotable[random.Next(promotable.Count)])
                    : Fresh(problem.Space.At([.. problem.Space.Hyperparameters.Select(_ => random.NextDouble())]), random.Next(problem.Rungs.Count));
                if (proposal is null || history.Find(proposal.Configuration) is not null != proposal.Continues is not null)
                {
                    break;
                }
                proposal = proposal with { Price = problem.Price!(proposal.Configuration, proposal.Rung, history) };
                proposals.Add(proposal);
                history = history.With(proposal);
            }
            return proposals;
        }

        private static string Text(RungResult r) => string.Create(CultureInfo.InvariantCulture, $"{r.Rung} {r.Seconds} {string.Join(',', r.Costs)}");

        private static Proposal Promotion(TriedConfiguration tried) =>
            new() { Configuration = tried.Configuration, Rung = tried.Asked + 1, Continues = tried.Last!.Number, Why = "promoted" };

        private static Proposal Fresh(Configuration configuration, int rung) => new() { Configuration = configuration, Rung = rung, Why = "new" };
    }

    private sealed class KilledException : Exception;

    /// <summary>In memory; a process dies before or after a write.</summary>
    private sealed class KillingStore : ICheckpointStore
    {
        private readonly SortedDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);

        public Func<Death>? Kill { get; set; }

        public int Kills { get; private set; }

        public Task<bool> ExistsAsync(string name, CancellationToken cancellation = default) => Task.FromResult(_objects.ContainsKey(name));

        public Task<Stream> OpenReadAsync(string name, CancellationToken cancellation = default) =>
            Task.FromResult<Stream>(new MemoryStream(_objects[name], writable: false));

        public async Task<bool> PutAsync(
            string name, Func<Stream, CancellationToken, Task> write, PutCondition condition = PutCondition.None, CancellationToken cancellation = default)
        {
            var death = Kill?.Invoke() ?? Death.None;
            Die(death == Death.Before);
            using var content = new MemoryStream();
            await write(content, cancellation);
            bool holds = condition != PutCondition.IfAbsent || !_objects.ContainsKey(name);
            if (holds)
            {
                _objects[name] = content.ToArray();
            }
            Die(death == Death.After);
            return holds;
        }

        public async IAsyncEnumerable<string> ListAsync(
            string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
        {
            await Task.CompletedTask;
            foreach (string name in _objects.Keys.Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).ToList())
            {
                yield return name;
            }
        }

        public Task DeleteAsync(string name, CancellationToken cancellation = default)
        {
            Die(Kill?.Invoke() == Death.Before);
            _objects.Remove(name);
            return Task.CompletedTask;
        }

        private void Die(bool dies)
        {
            if (dies)
            {
                Kills++;
                throw new KilledException();
            }
        }
    }
}
