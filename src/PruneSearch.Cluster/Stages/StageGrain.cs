using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.Searches;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core;

namespace PruneSearch.Cluster.Stages;

/// <summary>One stage: single flight, leases, bounded attempts.</summary>
[PreferControl]
internal sealed class StageGrain(
    [PersistentState("stage")] IPersistentState<StageRecord> record,
    ICheckpointStore store,
    ClusterTimings timings,
    TimeProvider time,
    WakePolicy wake,
    ILogger<StageGrain> logger) : Grain, IStageGrain
{
    private const int Adoption = 4; // renewals that a worker may miss while the stage's grain moves
    private readonly HashSet<string> _waiters = [];
    private StageLeaseBook _lease = null!;
    private StageRequest? _request;
    private StageReport? _report;
    private IGrainTimer? _watch;

    private string Key => this.GetPrimaryKeyString();

    private bool IsOver => _report is not null || record.State.Failure is not null;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _lease = new StageLeaseBook(record.State, timings, time);
        _report = await store.TryReadAsync(Key);
        if (wake.ByItself && !IsOver) // on one machine the worker died with this process
        {
            _lease.Adopt(Adoption * timings.Renewal);
            if (_lease.IsHeld)
            {
                Watch();
            }
        }
    }

    public async Task<StageStatus> RequestAsync(string trajectory, StageDescription description, string deviceClass, int remainingStages, bool retryFailed, string? traceParent)
    {
        if (_report is null && record.State.Failure is not null && retryFailed)
        {
            record.State.Failure = null;
            record.State.LogTail = null;
            record.State.Strikes = 0;
            record.State.Failures = 0;
            await SaveAsync();
        }
        if (!IsOver)
        {
            _waiters.Add(trajectory);
            _request = new StageRequest(description, deviceClass, Math.Max(remainingStages, _request?.RemainingStages ?? 0), traceParent ?? _request?.TraceParent);
            await EnqueueUnlessHeldAsync();
        }
        return Status();
    }

    public async Task ReleaseAsync(string trajectory)
    {
        _waiters.Remove(trajectory);
        if (_waiters.Count == 0 && !IsOver)
        {
            _lease.Revoke();
            Unwatch();
            await SaveAsync();
            if (_request is not null)
            {
                await Dispatcher().RemoveAsync(Key);
            }
        }
    }

    public Task<StageStatus> GetStatusAsync() => Task.FromResult(Status());

    public async Task<StageLease?> LeaseAsync(string worker)
    {
        if (IsOver || _request is null || _waiters.Count == 0 || (_lease.IsHeld && !_lease.IsExpired))
        {
            return null;
        }
        if (_lease.IsExhausted)
        {
            await FailForGoodAsync(record.State.LastReason ?? $"its worker ended without a word {record.State.Strikes} times without getting further; if the stage did not kill it, resume with failed stages tried again");
            return null;
        }
        if (record.State.Epoch > 0 && await store.TryReadAsync(Key) is { } report)
        {
            // A worker that was taken for dead finished it after all, through an activation of this grain that nobody else sees.
            await EndAsync(report);
            return null;
        }
        _lease.Grant(worker);
        await SaveAsync();
        Watch();
        return new StageLease { Key = Key, Description = _request.Description, Epoch = record.State.Epoch, TimeToLive = timings.LeaseTimeToLive, TraceParent = _request.TraceParent };
    }

    public async Task<bool> RenewAsync(long epoch, StageProgress progress)
    {
        if (IsOver || !_lease.IsCurrent(epoch))
        {
            return false;
        }
        bool adopted = !_lease.IsHeld;
        if (_lease.Renew(progress))
        {
            await SaveAsync();
        }
        if (adopted && _request is not null)
        {
            await Dispatcher().RemoveAsync(Key);
        }
        Watch();
        return true;
    }

    public async Task<bool> CompleteAsync(long epoch, StageReport report)
    {
        if (_report is not null || epoch != record.State.Epoch)
        {
            return false;
        }
        await EndAsync(await store.PublishAsync(report));
        return true;
    }

    public async Task ReturnAsync(long epoch)
    {
        if (!IsOver && _lease.IsCurrent(epoch))
        {
            _lease.Return();
            Unwatch();
            await SaveAsync();
            await EnqueueUnlessHeldAsync();
        }
    }

    public async Task RefuseAsync(long epoch, string worker, string reason)
    {
        if (!IsOver && _lease.IsCurrent(epoch))
        {
            Log.StageRefused(logger, worker, Key, reason);
            _lease.Return();
            Unwatch();
            record.State.LastReason = $"{worker} cannot run it: {reason}";
            await SaveAsync();
            await Dispatcher().RefusedAsync(Key, worker);
            await EnqueueUnlessHeldAsync();
        }
    }

    public async Task DiedAsync(long epoch, string lastWords)
    {
        if (!IsOver && _lease.IsCurrent(epoch))
        {
            Log.LeaseExpired(logger, epoch, Key, _lease.Worker);
            Telemetry.LeaseLosses.Add(1);
            _lease.End();
            Unwatch();
            record.State.LogTail = lastWords;
            await SaveAsync();
            await EnqueueUnlessHeldAsync();
        }
    }

    public async Task FailAsync(long epoch, string reason, bool final, string? logTail)
    {
        if (IsOver || !_lease.IsCurrent(epoch))
        {
            return;
        }
        Log.AttemptFailed(logger, record.State.Attempts, Key, reason);
        _lease.Fail();
        Unwatch();
        record.State.LogTail = logTail;
        if (final || _lease.IsExhausted)
        {
            await FailForGoodAsync(reason);
            return;
        }
        Telemetry.Retries.Add(1);
        record.State.LastReason = reason;
        await SaveAsync();
        await EnqueueUnlessHeldAsync();
    }

    private async Task EndAsync(StageReport report)
    {
        _report = report;
        record.State.Failure = null;
        _lease.End();
        Unwatch();
        await Tell(t => t.StageCompletedAsync(Key, report));
        DeactivateOnIdle(); // whoever asks later finds the report in the store
    }

    private async Task FailForGoodAsync(string reason)
    {
        record.State.Failure = reason;
        record.State.LastReason = null;
        _lease.End();
        await SaveAsync();
        string? logTail = record.State.LogTail;
        await Tell(t => t.StageFailedAsync(Key, reason, logTail));
    }

    private async Task Tell(Func<ITrajectoryGrain, Task> message)
    {
        foreach (string waiter in _waiters)
        {
            message(GrainFactory.GetGrain<ITrajectoryGrain>(waiter)).Forget(logger, $"stage {Key}");
        }
        _waiters.Clear();
        if (_request is not null)
        {
            await Dispatcher().RemoveAsync(Key);
        }
    }

    private async Task SaveAsync()
    {
        try
        {
            await record.WriteStateAsync();
        }
        catch
        {
            DeactivateOnIdle(); // what it knows is not what is stored; whoever asks next makes it read again
            throw;
        }
    }

    private async Task ExpireAsync()
    {
        if (_lease.IsExpired)
        {
            Log.LeaseExpired(logger, record.State.Epoch, Key, _lease.Worker);
            Telemetry.LeaseLosses.Add(1);
            _lease.End();
            Unwatch();
            await EnqueueUnlessHeldAsync();
        }
    }

    private Task EnqueueUnlessHeldAsync() =>
        _request is null || _waiters.Count == 0 || _lease.IsHeld ? Task.CompletedTask : Dispatcher().EnqueueAsync(Key, _request.RemainingStages);

    private IDispatcherGrain Dispatcher() => GrainFactory.GetGrain<IDispatcherGrain>(_request!.DeviceClass);

    private void Watch() => _watch ??= this.RegisterGrainTimer(_ => ExpireAsync(), new GrainTimerCreationOptions(timings.Renewal, timings.Renewal) { KeepAlive = true });

    private void Unwatch()
    {
        _watch?.Dispose();
        _watch = null;
    }

    private StageStatus Status() => new()
    {
        State = _report is not null ? WorkState.Completed
            : record.State.Failure is not null ? WorkState.Failed
            : _lease.IsHeld ? WorkState.Running
            : WorkState.Waiting,
        Report = _report,
        Reason = record.State.Failure ?? record.State.LastReason,
        LogTail = record.State.LogTail,
        Attempts = record.State.Attempts,
        Progress = _lease.Progress,
    };

    private sealed record StageRequest(StageDescription Description, string DeviceClass, int RemainingStages, string? TraceParent);
}
