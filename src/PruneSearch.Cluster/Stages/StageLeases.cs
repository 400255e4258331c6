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
    private DateTimeOffset? _placeFaults;
    private long _looked = time.GetTimestamp();
    private long _revoked;

    /// <summary>The worker that has the newest lease, unless it gave it up.</summary>
    public string Worker => record.Grantee ?? "";

    /// <summary>What the worker told last.</summary>
    public StageProgress? Progress { get; private set; }

    /// <summary>Why the only slot there is cannot run it; <see langword="null"/> when it can. Not kept.</summary>
    public string? Unavailable { get; set; }

    /// <summary>Why it failed for good; <see langword="null"/> when it did not.</summary>
    public string? Failure => record.Failure ?? Unavailable;

    /// <summary>Whether a worker has the lease, expired or not.</summary>
    public bool IsHeld => _expires is not null;

    /// <summary>Whether all attempts are used up.</summary>
    public bool IsExhausted => record.Failures >= timings.MaxAttempts || record.Strikes >= timings.MaxSilentAttempts;

    /// <summary>Why they are used up.</summary>
    public string Exhaustion => record.LastReason ?? $"its worker ended without a word {record.Strikes} times without getting further; if the stage did not " +
        "kill it, resume with --retry-failed";

    /// <summary>Whether the record has changed since it was saved last.</summary>
    public bool IsUnsaved { get; set; }

    /// <summary>Whether this is the newest lease, as it was given.</summary>
    public bool WasGiven(LeaseTicket ticket) => ticket.Epoch > 0 && ticket == new LeaseTicket(record.Epoch, record.Grantee!, record.Secret);

    /// <summary>Whether it is and was not taken away.</summary>
    public bool IsCurrent(LeaseTicket ticket) => WasGiven(ticket) && ticket.Epoch > _revoked;

    /// <summary>Gives the stage to a worker: a new epoch, a counted attempt. The record must be saved before the worker learns of it.</summary>
    public LeaseTicket Grant(string worker)
    {
        record.Epoch++;
        record.Attempts++;
        record.Strikes++;
        (record.Holder, record.Grantee, record.Secret) = (worker, worker, Guid.NewGuid());
        Progress = null;
        Extend();
        return new LeaseTicket(record.Epoch, worker, record.Secret);
    }

    /// <summary>
    /// The stage's grain moved or was restarted while a worker had the lease: the worker has a moment to be heard of before
    /// somebody else may take it, so that its work is not thrown away.
    /// </summary>
    public void Adopt(TimeSpan timeout)
    {
        if (record.Holder is not null)
        {
            _expires = time.GetUtcNow() + timeout;
        }
    }

    /// <summary>
    /// Whether the worker has not been heard of in time. To be asked every <see cref="ClusterTimings.Renewal"/>: when it was not for
    /// long, then it is this silo that hung, and what the worker told is still on its way.
    /// </summary>
    public bool HasLapsed()
    {
        bool hung = time.GetElapsedTime(_looked) > timings.LeaseTimeToLive / 2;
        _looked = time.GetTimestamp();
        if (hung)
        {
            Adopt(timings.LeaseTimeToLive);
        }
        return _expires is { } at && time.GetUtcNow() >= at;
    }

    public void Renew(StageProgress progress)
    {
        Progress = progress;
        record.Holder = record.Grantee;
        Extend();
        Reach(progress.Step);
    }

    /// <summary>The worker was not heard of, or is done. It may still come back while nobody else was given the stage.</summary>
    public void End()
    {
        record.Holder = null;
        _expires = null;
        Progress = null;
    }

    /// <summary>The worker gave it up for good: nothing more is heard from it.</summary>
    public void Surrender()
    {
        (record.Grantee, record.Secret) = (null, Guid.Empty);
        End();
    }

    /// <summary>The attempt failed. One that failed of its place does not count, until such faults last too long.</summary>
    /// <returns>Whether the stage has failed for good.</returns>
    public bool Fail(AttemptFailure failure)
    {
        Reach(failure.Step);
        record.LogTail = failure.LogTail;
        record.LastReason = failure.Reason;
        if (failure.Kind == FailureKind.Place)
        {
            Return();
            _placeFaults ??= time.GetUtcNow();
            return time.GetUtcNow() - _placeFaults >= timings.PlacementTimeout;
        }
        Surrender();
        record.Failures++;
        return failure.Kind == FailureKind.Final || IsExhausted;
    }

    /// <summary>The user wants a stage that failed for good to be tried again: its attempts count anew.</summary>
    public void Forgive()
    {
        (record.Failure, Unavailable, record.LogTail, record.Strikes, record.Failures) = (null, null, null, 0, 0);
        _placeFaults = null;
    }

    /// <summary>The worker gave it back in good order: that was no attempt.</summary>
    public void Return()
    {
        Uncount();
        Surrender();
    }

    /// <summary>Nobody wants the work of the present lease any more: that was no attempt either.</summary>
    /// <returns>Whether there was a lease.</returns>
    public bool Revoke()
    {
        if (!IsHeld)
        {
            return false;
        }
        Uncount();
        End();
        _revoked = record.Epoch;
        return true;
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
        Attempts = record.Strikes,
        Progress = Progress,
        Worker = report is null && IsHeld ? record.Grantee : null,
    };

    private void Uncount()
    {
        if (record.Holder is not null)
        {
            record.Attempts--;
            record.Strikes--;
        }
    }

    // Steps beyond all attempts before: what failed before does not count any more.
    private void Reach(int step)
    {
        if (step > record.FurthestStep)
        {
            (record.FurthestStep, record.Strikes, record.Failures) = (step, 1, 0);
            _placeFaults = null;
            IsUnsaved = true;
        }
    }

    private void Extend()
    {
        if (!IsHeld)
        {
            _looked = time.GetTimestamp();
        }
        _expires = time.GetUtcNow() + timings.LeaseTimeToLive;
    }
}
