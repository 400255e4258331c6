using System.Diagnostics;
using System.Text.Json;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Connections;
using PruneSearch.Core;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>A cluster in which things break, on PostgreSQL and Azurite.</summary>
public sealed class ChaosRun(ChaosOptions options, TextWriter output)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(120);
    private readonly Random _random = new(options.Seed);
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Runs it.</summary>
    public async Task<ChaosResult> RunAsync()
    {
        using var hosts = options.Network > 0 ? new NetworkHosts(options.Network) : null;
        using var cluster = new ChaosCluster(options, hosts);
        return await RunAsync(cluster).ConfigureAwait(false);
    }

    private async Task<ChaosResult> RunAsync(ChaosCluster cluster)
    {
        var plan = options.Plan ?? Plans.Wide("chaos", options.Trajectories, options.Seed);
        var (address, workers) = (cluster.Address, cluster.Workers);
        await UntilAsync(TimeSpan.FromMinutes(2), () => WithClientAsync(address, async c =>
        {
            await c.Searches.LaunchAsync(plan).ConfigureAwait(false);
            return true;
        })).ConfigureAwait(false);
        var kinds = new FaultKinds(options, cluster, _random).All();
        var faults = new List<Fault>();
        await RecoveredAsync(workers, DateTimeOffset.MinValue).ConfigureAwait(false);
        while (faults.Count < options.Faults)
        {
            await Task.Delay(TimeSpan.FromSeconds(_random.NextDouble() * 2)).ConfigureAwait(false);
            var now = new List<FaultKind>();
            while (now.Count < Math.Min(options.Together, options.Faults - faults.Count))
            {
                if ((faults.Count + now.Count) % kinds.Length == 0)
                {
                    _random.Shuffle(kinds); // every kind comes up equally often
                }
                now.Add(kinds[(faults.Count + now.Count) % kinds.Length]);
            }
            var at = DateTimeOffset.UtcNow;
            await Task.WhenAll(now.Select(k => k.Act())).ConfigureAwait(false);
            var lasted = DateTimeOffset.UtcNow - at;
            var recovery = options.WaitsForSlots ? await RecoveredAsync(workers, at).ConfigureAwait(false) : null;
            faults.AddRange(now.Select(k => new Fault(k.Name, at, lasted, recovery)));
            string names = string.Join(" + ", now.Select(k => k.Name));
            await output.WriteLineAsync($"{_clock.Elapsed:h\\:mm\\:ss} fault {faults.Count}: {names}, all slots at work again " +
                $"after {recovery?.TotalSeconds.ToString("F1", null) ?? "–"} s").ConfigureAwait(false);
        }
        ChaosResult? result = null;
        await UntilAsync(TimeSpan.FromHours(1), () => WithClientAsync(address, async c =>
        {
            var summary = await c.Searches.SummaryAsync(plan.Id).ConfigureAwait(false);
            if (!summary.State.IsOver())
            {
                return false;
            }
            var frontier = await c.Searches.FrontierAsync(plan.Id).ConfigureAwait(false);
            var tried = await c.Searches.PlanAsync(plan.Id).ConfigureAwait(false);
            var undisturbed = await UndisturbedAsync(plan).ConfigureAwait(false);
            var slots = workers.Select(w => RunLine.Read(w.Settings.RunsLog)).ToList();
            var runs = slots.SelectMany(s => s).ToList();
            var repeated = Outcomes.Repeated(slots);
            result = new ChaosResult
            {
                Faults =
                    [.. faults.Select((f, i) => f with { Repeated = repeated.Count(at => at >= f.At && (i + 1 == faults.Count || at < faults[i + 1].At)) })],
                Stages = summary.Stages,
                Attempts = runs.Count(r => r.What == "start"),
                BegunAgain = Outcomes.BegunAfterCompletion(workers.Select(w => w.Folder)),
                State = summary.State,
                SameFrontier = Text(frontier) == Text(undisturbed.Frontier),
                SameTrajectories = Text(tried) == Text(undisturbed.Tried),
                Refused = cluster.Azurite.Proxy.Refused,
                Duration = _clock.Elapsed,
            };
            return true;
        })).ConfigureAwait(false);
        return result!;
    }

    /// <summary>Waits until every slot has begun a stage after a moment and is still at work, at the same time.</summary>
    private static async Task<TimeSpan?> RecoveredAsync(IReadOnlyList<SiloProcess> workers, DateTimeOffset since)
    {
        var until = DateTimeOffset.UtcNow + TimeLimit;
        while (DateTimeOffset.UtcNow < until)
        {
            if (workers.All(w => HasBegun(w, since)))
            {
                return DateTimeOffset.UtcNow - since;
            }
            await Task.Delay(100).ConfigureAwait(false);
        }
        return null;
    }

    private static bool HasBegun(SiloProcess worker, DateTimeOffset since) =>
        RunLine.Read(worker.Settings.RunsLog).LastOrDefault(r => r.What == "start") is { } last && last.At > since && last.ProcessId == worker.ProcessId;

    private static async Task<bool> WithClientAsync(ClusterAddress address, Func<ClusterClient, Task<bool>> action)
    {
        var client = await ClusterClient.ConnectAsync(address).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            return await action(client).ConfigureAwait(false);
        }
    }

    /// <summary>Tries until it answers true; faults in between are what this is about.</summary>
    private async Task UntilAsync(TimeSpan timeout, Func<Task<bool>> action)
    {
        var until = _clock.Elapsed + timeout;
        while (true)
        {
            try
            {
                if (await action().ConfigureAwait(false))
                {
                    return;
                }
            }
            catch (Exception e) when (_clock.Elapsed < until)
            {
                await output.WriteLineAsync($"{_clock.Elapsed:mm\\:ss} client: {e.Message}").ConfigureAwait(false);
            }
            if (_clock.Elapsed > until)
            {
                throw new TimeoutException("The search did not end in time.");
            }
            await Task.Delay(1000).ConfigureAwait(false);
        }
    }

    private static string Text<T>(T value) => JsonSerializer.Serialize(value, CoreJson.Readable);

    /// <summary>The frontier of the same search in one process to which nothing happens, and what it tried.</summary>
    private async Task<(FrontierView Frontier, SearchPlan Tried)> UndisturbedAsync(SearchPlan plan)
    {
        var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions
        {
            Home = Path.Combine(options.Folder, "undisturbed"),
            Timings = new ClusterTimings { IdleClaim = TimeSpan.FromMilliseconds(20) },
            ConfigureServices = s =>
                Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<IStageRunner>(s, new StubStageRunner(TimeSpan.Zero)),
        }).ConfigureAwait(false);
        await using (host.ConfigureAwait(false))
        {
            await host.Client.LaunchAsync(plan).ConfigureAwait(false);
            while (!(await host.Client.SummaryAsync(plan.Id).ConfigureAwait(false)).State.IsOver())
            {
                await Task.Delay(100).ConfigureAwait(false);
            }
            return (await host.Client.FrontierAsync(plan.Id).ConfigureAwait(false), await host.Client.PlanAsync(plan.Id).ConfigureAwait(false));
        }
    }
}
