using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Connections;
using PruneSearch.Connections.Cleaning;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Retention;

/// <summary>
/// Deletes now and then what no search needs any more, as <c>prune-store --delete</c> does: what an unfinished search has stays. Of several
/// silos one does it at a time. When a store or a search cannot be read nothing is deleted, and it is tried again later.
/// </summary>
internal sealed class RetentionService(
    RetentionRule rule, IGrainFactory grains, ICheckpointStore store, ClusterTimings timings, TimeProvider time, ILogger<RetentionService> logger)
    : BackgroundService
{
    private const int Looks = 60; // in the time between two times

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(timings.Retention / Looks, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await LookAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends; what was deleted is whole.
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        try
        {
            if (await grains.GetGrain<IRetentionGrain>("all").TakeTurnAsync(timings.Retention))
            {
                var session = SearchSession.OnThisMachine(new SearchClient(grains, time, store), store, new Nothing());
                var cleaning = new StoreCleaning(session, time);
                var plan = await cleaning.PlanAsync(rule.OlderThan, rule.Keep, cancellation: stopping);
                long bytes = await cleaning.DeleteAsync(plan, stopping);
                Log.RetentionDeleted(logger, plan.Stages.Count, plan.Others.Count, bytes);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            Log.RetentionFailed(logger, e);
        }
    }

    private sealed class Nothing : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
