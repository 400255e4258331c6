using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.Recovery;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Stages;

/// <summary>One stage: single flight, leases, bounded attempts. How it stands only the holder of its newest lease can say.</summary>
[PreferControl]
internal sealed class StageGrain(
    [PersistentState("stage")] IPersistentState<StageRecord> record,
    ICheckpointStore store,
    ClusterTimings timings,
    TimeProvider time,
    RecoveryPolicy wake,
    ILogger<StageGrain> logger) : Grain, IStageGrain
{
    private StageWaiters _demand = null!;
    private StageLeases _lease = null!;
    private StageRecordStore _store = null!;
    private StageSpans _spans = null!;
    private StageReport? _report;
    private IGrainTimer? _watch;
    private StageKey Key => field == default ? field = StageKey.Parse(this.GetPrimaryKeyString()) : field;
    private bool IsHeldAs(LeaseTicket ticket) => !IsOver && _lease.IsCurrent(ticket);
    private bool IsOver => _report is not null || _lease.Failure is not null;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _spans = new StageSpans(Key, record.State, time);
        _demand = new StageWaiters(Key, GrainFactory, timings, _spans, logger);
        _lease = new StageLeases(record.State, timings, time);
        _store = new StageRecordStore(this, record, _lease, time, logger);
        _report = await store.TryReadReportAsync(Key);
        if (wake.ByItself && !IsOver) // on one machine the worker died with this process
        {
            _lease.Adopt(timings.LeaseTimeToLive);
            if (_lease.IsHeld)
            {
                Watch();
            }
        }
    }

    public async Task<StageStatus> RequestAsync(string trajectory, StageDescription description, string deviceClass, int remainingStages, bool retryFailed,
        string? traceParent)
    {
        if (_report is null && _lease.Failure is not null && retryFailed)
        {
            _lease.Forgive();
            await _store.SaveAsync();
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
        await _demand.RemoveAsync(trajectory);
        if (_demand.Wanted is null && !IsOver)
        {
            if (_lease.Revoke())
            {
                await _store.SaveAsync();
            }
            await _demand.DequeueAsync();
        }
    }

    public async Task ForgetAsync()
    {
        if (!_lease.IsHeld && _demand.Wanted is null)
        {
            await _store.ForgetAsync();
        }
    }

    public Task<bool> SupplyAsync(StageReport report) => PublishAsync(
        report, report.Measures is not null ? true : throw new ArgumentException($"Stage {Key} is no measurement: only its worker tells its report."));

    public Task<StageStatus> GetStatusAsync() => Task.FromResult(_lease.Status(_report));

    public async Task<StageLease?> LeaseAsync(string worker)
    {
        if (IsOver || _lease.IsHeld || await _demand.ConfirmAsync() is not { } wanted)
        {
            return null;
        }
        if (_lease.IsExhausted)
        {
            await FailForGoodAsync(_lease.Exhaustion);
            return null;
        }
        if (record.State.Epoch > 0 && await store.TryReadReportAsync(Key) is { } report)
        {
            // A worker that was taken for dead finished it after all, through an activation of this grain that nobody else sees.
            await EndAsync(report);
            return null;
        }
        var ticket = _spans.Grant(_lease, worker);
        await _store.SaveAsync();
        Watch();
        return wanted.Lease(Key, ticket, record.State.Strikes, timings.LeaseTimeToLive, record.State.TraceParent);
    }

    public async Task<bool> RenewAsync(LeaseTicket ticket, StageProgress progress)
    {
        if (!IsHeldAs(ticket))
        {
            return false;
        }
        bool adopted = !_lease.IsHeld;
        _lease.Renew(progress);
        Watch();
        if (adopted)
        {
            await _demand.DequeueAsync();
        }
        await _store.SaveProgressAsync();
        return true;
    }

    public Task<bool> CompleteAsync(LeaseTicket ticket, StageReport report) => PublishAsync(report, _lease.WasGiven(ticket));

    private async Task<bool> PublishAsync(StageReport report, bool allowed)
    {
        _ = report.Key == Key ? Key : throw new ArgumentException($"Stage {Key} was told the report of stage {report.Key}.");
        bool ends = _report is null && allowed;
        if (ends)
        {
            await EndAsync(await store.PublishReportAsync(report));
        }
        return ends;
    }

    public async Task ReturnAsync(LeaseTicket ticket)
    {
        if (IsHeldAs(ticket))
        {
            _lease.Return();
            await FreeAsync();
        }
    }

    public async Task RefuseAsync(LeaseTicket ticket, string reason)
    {
        if (IsHeldAs(ticket))
        {
            Log.StageRefused(logger, ticket.Worker, Key, reason);
            _lease.Return();
            if (wake.ByItself)
            {
                await _demand.DeclinedAsync(ticket.Worker, reason); // first: it must not be offered to the same worker at once
                await FreeAsync();
                return;
            }
            // On one machine there is no other slot. It is not kept: with the next process the inputs may be there.
            _lease.Unavailable = reason;
            await _store.SaveAsync();
            await _demand.TellAsync(null);
        }
    }

    public async Task DiedAsync(LeaseTicket ticket, string lastWords)
    {
        if (IsHeldAs(ticket))
        {
            LoseLease();
            _spans.CloseLost(lastWords);
            _lease.Surrender();
            record.State.LogTail = lastWords;
            await FreeAsync();
        }
    }

    public async Task FailAsync(LeaseTicket ticket, AttemptFailure failure)
    {
        if (!IsHeldAs(ticket))
        {
            return;
        }
        Log.AttemptFailed(logger, record.State.Strikes, Key, failure.Reason);
        if (_lease.Fail(failure))
        {
            await FailForGoodAsync(failure.Reason);
            return;
        }
        Telemetry.Retries.Add(1);
        await FreeAsync();
    }

    // The attempt is over and the stage is not: another slot may have it.
    private async Task FreeAsync()
    {
        await _store.SaveAsync();
        await _demand.EnqueueAsync();
    }

    private async Task EndAsync(StageReport report)
    {
        (_report, record.State.Failure) = (report, null);
        _lease.End();
        await _demand.TellAsync(report);
        _store.Leave(); // later the checkpoint store has it
    }

    private async Task FailForGoodAsync(string reason)
    {
        (record.State.Failure, record.State.LastReason) = (reason, null);
        _lease.End();
        await _store.SaveAsync();
        await _demand.TellAsync(null);
    }

    private void LoseLease()
    {
        Log.LeaseExpired(logger, record.State.Epoch, Key, _lease.Worker);
        Telemetry.LeaseLosses.Add(1);
        _lease.End();
    }

    /// <summary>Sees to it that a lease that is not renewed ends. It stops by itself when the stage is not held any more.</summary>
    private void Watch() => _watch ??= this.RegisterGrainTimer(_ =>
        LookAsync(), new GrainTimerCreationOptions(timings.Renewal, timings.Renewal) { KeepAlive = true });

    private async Task LookAsync()
    {
        if (_lease.HasLapsed())
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
