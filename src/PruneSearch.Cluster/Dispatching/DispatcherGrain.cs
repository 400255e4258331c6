using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Placement;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Dispatching;

/// <summary>The queue of a device class. While a claim waits for a stage, others claim and enqueue: the queue never changes across an await.</summary>
[PreferControl]
internal sealed class DispatcherGrain(ClusterTimings timings, TimeProvider time, IHostApplicationLifetime life, ILogger<DispatcherGrain> logger)
    : Grain, IDispatcherGrain
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DeclineLasts = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(1);
    private readonly ReadyQueue _queue = new(time, DeclineLasts);
    private readonly KnownSlots _slots = new(time, timings);
    private readonly WaitingSlots _waiting = new(time);
    private TimeSpan? _oldest;
    private long? _measured;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        foreach (var gauge in (LiveGauge[])[Telemetry.QueueDepth, Telemetry.QueueAge, Telemetry.Slots])
        {
            gauge.Remove(Telemetry.DeviceClassTag, this.GetPrimaryKeyString());
        }
        return Task.CompletedTask;
    }

    public Task EnqueueAsync(StageKey stageKey, int remainingStages, IReadOnlyList<string> searches)
    {
        _queue.Add(stageKey, remainingStages, searches);
        _waiting.Serve(_queue);
        return CountAsync();
    }

    public Task WeighAsync(string searchId, SlotSettings slots)
    {
        _queue.Shares.Weigh(searchId, slots);
        return Task.CompletedTask;
    }

    public Task RemoveAsync(StageKey stageKey)
    {
        _queue.Remove(stageKey);
        return CountAsync();
    }

    public Task DeclinedAsync(StageKey stageKey, string worker, string reason)
    {
        _queue.Decline(stageKey, worker, reason);
        return Task.CompletedTask;
    }

    public Task PresentAsync(string worker)
    {
        _slots.Heard(worker);
        return CountAsync();
    }

    public Task<QueueStatus> GetStatusAsync(int limit) => Task.FromResult(new QueueStatus
    {
        Length = _queue.Count,
        First = _queue.First(limit),
        Slots = _slots.Count(),
        Declined = _queue.Declined(),
        Searches = _queue.Shares.Status(),
    });

    public Task<StageLease?> ClaimAsync(string worker) => AwaitAsync(worker, TimeSpan.Zero);

    public async Task<StageLease?> AwaitAsync(string worker, TimeSpan timeout)
    {
        long asked = time.GetTimestamp();
        _slots.Heard(worker);
        while ((_queue.Take(worker) ?? await WaitAsync(worker, asked, timeout)) is { } ready)
        {
            await CountAsync();
            try
            {
                if (await GrainFactory.GetGrain<IStageGrain>(ready.Key).LeaseAsync(worker) is { } lease)
                {
                    _queue.Remove(ready.Key); // a trajectory may have asked for it in between
                    _queue.Shares.Began(ready.Key, ready.Search, worker);
                    await CountAsync();
                    return lease;
                }
                _queue.Shares.Ended(ready.Key);
            }
            catch (Exception e)
            {
                // The stage is asked for again by its trajectories' next poll; the others need not wait for it.
                Log.ClaimFailed(logger, e, ready.Key);
                _queue.Shares.Ended(ready.Key);
            }
        }
        return null;
    }

    public Task LeaveAsync(string worker)
    {
        _waiting.Leave(worker);
        return Task.CompletedTask;
    }

    private Task<ReadyStage?> WaitAsync(string worker, long asked, TimeSpan timeout)
    {
        var left = (timeout < LongestWait ? timeout : LongestWait) - time.GetElapsedTime(asked);
        return left > TimeSpan.Zero && !life.ApplicationStopping.IsCancellationRequested
            ? _waiting.JoinAsync(worker, left, life.ApplicationStopping) : Task.FromResult<ReadyStage?>(null);
    }

    private Task CountAsync()
    {
        var tag = (Telemetry.DeviceClassTag, this.GetPrimaryKeyString());
        Telemetry.QueueDepth.Set(_queue.Count, tag);
        if (_measured is not { } at || time.GetElapsedTime(at) > Measured || (_oldest is null && _queue.Count > 0))
        {
            // These look at all that wait and all that are there: with a thousand slots, calls come much more often than somebody reads them.
            (_oldest, _measured) = (_queue.Oldest(), time.GetTimestamp());
            Telemetry.Slots.Set(_slots.Count() ?? 0, tag);
        }
        var age = _queue.Count > 0 && _oldest is { } then ? then + time.GetElapsedTime(_measured.Value) : TimeSpan.Zero;
        Telemetry.QueueAge.Set(age.TotalSeconds, tag);
        return Task.CompletedTask;
    }
}
