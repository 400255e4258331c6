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
    RecoveryPolicy wake,
    ILogger<StageGrain> logger) : Grain, IStageGrain
{
    private const int Adoption = 4; // renewals that a worker may miss while the stage's grain moves
    private StageWaiters _demand = null!;
    private StageLeases _lease = null!;
    private StageReport? _report;
    private IGrainTimer? _watch;

    private string Key => this.GetPrimaryKeyString();

    private bool IsHeldAs(long epoch) => !IsOver && _lease.IsCurrent(epoch);

    private bool IsOver => _report is not null || _lease.Failure is not null;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _demand = new StageWaiters(Key, GrainFactory, logger);
        _lease = new StageLeases(record.State, timings, time);
        _report = await store.TryReadReportAsync(Key);
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
        if (_report is null && _lease.Failure is not null && retryFailed)
        {
            _lease.Forgive();
            await SaveAsync();
        }
        if (!IsOver)
        {
            _demand.Add(trajectory, new StageWaiters.Request(description, deviceClass, remainingStages, traceParent));
            if (!_lease.IsHeld)
            {
                await _demand.EnqueueAsync();
            }
        }
        return _lease.Status(_report);
    }

    public async Task ReleaseAsync(string trajectory)
    {
        _demand.Remove(trajectory);
        if (_demand.Wanted is null && !IsOver)
        {
            _lease.Revoke();
            await SaveAsync();
            await _demand.DequeueAsync();
        }
    }

    public Task<StageStatus> GetStatusAsync() => Task.FromResult(_lease.Status(_report));

    public async Task<StageLease?> LeaseAsync(string worker)
    {
        if (IsOver || _demand.Wanted is not { } wanted || (_lease.IsHeld && !_lease.IsExpired))
        {
            return null;
        }
        if (_lease.IsExhausted)
        {
            await FailForGoodAsync(record.State.LastReason ?? $"its worker ended without a word {record.State.Strikes} times without getting further; if the stage did not kill it, resume with failed stages tried again");
            return null;
        }
        if (record.State.Epoch > 0 && await store.TryReadReportAsync(Key) is { } report)
        {
            // A worker that was taken for dead finished it after all, through an activation of this grain that nobody else sees.
            await EndAsync(report);
            return null;
        }
        _lease.Grant(worker);
        await SaveAsync();
        Watch();
        return new StageLease { Key = Key, Description = wanted.Description, Epoch = record.State.Epoch, Attempt = record.State.Attempts, TimeToLive = timings.LeaseTimeToLive, TraceParent = wanted.TraceParent };
    }

    public async Task<bool> RenewAsync(long epoch, StageProgress progress)
    {
        if (!IsHeldAs(epoch))
        {
            return false;
        }
        bool adopted = !_lease.IsHeld;
        if (_lease.Renew(progress))
        {
            await SaveAsync();
        }
        if (adopted)
        {
            await _demand.DequeueAsync();
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
        await EndAsync(await store.PublishReportAsync(report));
        return true;
    }

    public async Task ReturnAsync(long epoch)
    {
        if (IsHeldAs(epoch))
        {
            _lease.Return();
            await FreeAsync();
        }
    }

    public async Task RefuseAsync(long epoch, string worker, string reason)
    {
        if (IsHeldAs(epoch))
        {
            Log.StageRefused(logger, worker, Key, reason);
            _lease.Return();
            if (wake.ByItself)
            {
                await _demand.DeclinedAsync(worker, reason); // first: it must not be offered to the same worker at once
                await FreeAsync();
                return;
            }
            // On one machine there is no other slot. It is not kept: with the next process the inputs may be there.
            _lease.Unavailable = reason;
            await SaveAsync();
            await _demand.TellAsync(t => t.StageFailedAsync(Key, reason, null));
        }
    }

    public async Task DiedAsync(long epoch, string lastWords)
    {
        if (IsHeldAs(epoch))
        {
            LoseLease();
            record.State.LogTail = lastWords;
            await FreeAsync();
        }
    }

    public async Task FailAsync(long epoch, string reason, bool final, string? logTail)
    {
        if (!IsHeldAs(epoch))
        {
            return;
        }
        Log.AttemptFailed(logger, record.State.Attempts, Key, reason);
        _lease.Fail();
        record.State.LogTail = logTail;
        if (final || _lease.IsExhausted)
        {
            await FailForGoodAsync(reason);
            return;
        }
        Telemetry.Retries.Add(1);
        record.State.LastReason = reason;
        await FreeAsync();
    }

    // The attempt is over and the stage is not: another slot may have it.
    private async Task FreeAsync()
    {
        await SaveAsync();
        await _demand.EnqueueAsync();
    }

    private async Task EndAsync(StageReport report)
    {
        _report = report;
        record.State.Failure = null;
        _lease.End();
        await _demand.TellAsync(t => t.StageCompletedAsync(Key, report));
        DeactivateOnIdle(); // whoever asks later finds the report in the store
    }

    private async Task FailForGoodAsync(string reason)
    {
        record.State.Failure = reason;
        record.State.LastReason = null;
        _lease.End();
        await SaveAsync();
        string? logTail = record.State.LogTail;
        await _demand.TellAsync(t => t.StageFailedAsync(Key, reason, logTail));
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

    private void LoseLease()
    {
        Log.LeaseExpired(logger, record.State.Epoch, Key, _lease.Worker);
        Telemetry.LeaseLosses.Add(1);
        _lease.End();
    }

    /// <summary>Sees to it that a lease that is not renewed ends. It stops by itself when the stage is not held any more.</summary>
    private void Watch() => _watch ??= this.RegisterGrainTimer(_ => LookAsync(), new GrainTimerCreationOptions(timings.Renewal, timings.Renewal) { KeepAlive = true });

    private async Task LookAsync()
    {
        if (_lease.IsExpired)
        {
            LoseLease();
            await _demand.EnqueueAsync();
        }
        if (!_lease.IsHeld)
        {
            _watch?.Dispose();
            _watch = null;
        }
    }
}
