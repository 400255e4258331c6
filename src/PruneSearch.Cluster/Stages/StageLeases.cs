using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Stages;

/// <summary>
/// Who holds a stage. The record survives restarts, the rest does not: after one, a worker that still has the newest epoch
/// may go on, and everybody else is refused.
/// </summary>
internal sealed class StageLeases(StageRecord record, ClusterTimings timings, TimeProvider time)
{
    private DateTimeOffset? _expires;
    private long _revoked;

    /// <summary>The worker that has the lease, or had it last.</summary>
    public string Worker { get; private set; } = "";

    /// <summary>What the worker told last.</summary>
    public StageProgress? Progress { get; private set; }

    /// <summary>Why the only slot there is cannot run it; <see langword="null"/> when it can. Not kept.</summary>
    public string? Unavailable { get; set; }

    /// <summary>Why it failed for good; <see langword="null"/> when it did not.</summary>
    public string? Failure => record.Failure ?? Unavailable;

    /// <summary>Whether a worker has the lease, expired or not.</summary>
    public bool IsHeld => _expires is not null;

    /// <summary>Whether a worker has the lease and was not heard of in time.</summary>
    public bool IsExpired => _expires is { } at && time.GetUtcNow() >= at;

    /// <summary>Whether all attempts are used up.</summary>
    public bool IsExhausted => record.Failures >= timings.MaxAttempts || record.Strikes >= timings.MaxSilentAttempts;

    /// <summary>Whether this epoch is the newest one and was not taken away.</summary>
    public bool IsCurrent(long epoch) => epoch == record.Epoch && epoch > _revoked;

    /// <summary>Gives the stage to a worker: a new epoch, a counted attempt. The record must be saved before the worker learns of it.</summary>
    public void Grant(string worker)
    {
        record.Epoch++;
        record.Attempts++;
        record.Strikes++;
        (record.Holder, Worker) = (worker, worker);
        Progress = null;
        Extend();
    }

    /// <summary>
    /// The stage's grain moved or was restarted while a worker had the lease: the worker has a moment to be heard of before
    /// somebody else may take it, so that its work is not thrown away.
    /// </summary>
    public void Adopt(TimeSpan patience)
    {
        if (record.Holder is { } holder)
        {
            Worker = holder;
            _expires = time.GetUtcNow() + patience;
        }
    }

    /// <summary>The worker is alive.</summary>
    /// <returns>Whether the record changed: the attempt got further than any before.</returns>
    public bool Renew(StageProgress progress)
    {
        Progress = progress;
        Extend();
        if (progress.Step <= record.FurthestStep)
        {
            return false;
        }
        record.FurthestStep = progress.Step;
        record.Strikes = 1;
        record.Failures = 0;
        return true;
    }

    /// <summary>The worker has it no more.</summary>
    public void End()
    {
        record.Holder = null;
        _expires = null;
        Progress = null;
    }

    /// <summary>The attempt threw.</summary>
    public void Fail()
    {
        End();
        record.Failures++;
    }

    /// <summary>The user wants a stage that failed for good to be tried again: its attempts count anew.</summary>
    public void Forgive() => (record.Failure, Unavailable, record.LogTail, record.Strikes, record.Failures) = (null, null, null, 0, 0);

    /// <summary>The worker gave it back in good order: that was no attempt.</summary>
    public void Return()
    {
        if (IsHeld)
        {
            End();
            record.Attempts--;
            record.Strikes--;
        }
    }

    /// <summary>Nobody wants the work of the present lease any more: that was no attempt either.</summary>
    public void Revoke()
    {
        Return();
        _revoked = record.Epoch;
    }

    /// <summary>How the stage stands.</summary>
    /// <param name="report">Its report when it is complete.</param>
    public StageStatus Status(StageReport? report) => new()
    {
        State = report is not null ? WorkState.Completed
            : Failure is not null ? WorkState.Failed
            : IsHeld ? WorkState.Running
            : WorkState.Waiting,
        Report = report,
        Reason = Failure ?? record.LastReason,
        LogTail = record.LogTail,
        Attempts = record.Attempts,
        Progress = Progress,
    };

    private void Extend() => _expires = time.GetUtcNow() + timings.LeaseTimeToLive;
}
