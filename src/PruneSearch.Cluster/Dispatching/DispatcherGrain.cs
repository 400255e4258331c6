using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Placement;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Dispatching;

/// <summary>The queue of a device class. Stages may enqueue while a claim waits for a stage: those calls interleave.</summary>
[PreferControl]
internal sealed class DispatcherGrain(ILogger<DispatcherGrain> logger) : Grain, IDispatcherGrain
{
    private readonly ReadyQueue _queue = new();

    public Task EnqueueAsync(string stageKey, int remainingStages)
    {
        _queue.Add(stageKey, remainingStages);
        return Task.CompletedTask;
    }

    public Task RemoveAsync(string stageKey)
    {
        _queue.Remove(stageKey);
        return Task.CompletedTask;
    }

    public async Task<StageLease?> ClaimAsync(string worker)
    {
        while (_queue.Take() is { } ready)
        {
            try
            {
                if (await GrainFactory.GetGrain<IStageGrain>(ready.Key).LeaseAsync(worker) is { } lease)
                {
                    return lease;
                }
            }
            catch (Exception e)
            {
                // The stage is asked for again by its trajectories' next poll; the others need not wait for it.
                Log.ClaimFailed(logger, e, ready.Key);
            }
        }
        return null;
    }
}
