using System.Globalization;
using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Workers;

/// <summary>
/// Renews a lease while its stage gets on, and stops the stage when it hangs or somebody else has it. Whoever cannot be
/// reached has taken nothing away: the epoch in every commit fences, so the work goes on until there is an answer.
/// </summary>
internal sealed class LeaseKeeper(SlotContext slot, IStageGrain stage, StageLease lease)
{
    private StageProgress _progress = new() { Part = "restore" };
    private bool _alive;
    private TimeSpan _silence;

    /// <summary>Whether somebody else was given the stage, or nobody wants it any more.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Why the stage is taken for hung; <see langword="null"/> while it gets on.</summary>
    public string? Hang { get; private set; }

    /// <summary>What the stage told last.</summary>
    public StageProgress Progress => Volatile.Read(ref _progress);

    /// <summary>The stage has ended: the lease is kept until that is told, however long it takes.</summary>
    public bool HasEnded { get; set; }

    /// <summary>The stage is alive; called from its threads.</summary>
    public void Beat() => Volatile.Write(ref _alive, true);

    /// <summary>Remembers what to tell at the next renewal; called from the stage's thread.</summary>
    public void Report(StageProgress progress)
    {
        Volatile.Write(ref _progress, progress);
        Beat();
        if (progress.ImagesPerSecond is { } speed)
        {
            Telemetry.ImagesPerSecond.Set(speed, (Telemetry.SlotTag, slot.Name));
        }
    }

    /// <summary>Renews until <paramref name="done"/>; cancels <paramref name="work"/> when the stage hangs or the lease is lost.</summary>
    public async Task KeepAsync(CancellationTokenSource work, CancellationToken done)
    {
        using var timer = new PeriodicTimer(slot.Timings.Renewal, slot.Time);
        long looked = slot.Time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                // Time in which nobody looked does not count: this process was stopped, or the machine slept.
                Watch(HasEnded ? TimeSpan.Zero : Min(slot.Time.GetElapsedTime(looked), 2 * slot.Timings.Renewal));
                looked = slot.Time.GetTimestamp();
                if (Hang is not null)
                {
                    Log.StageHangs(slot.Logger, lease.Epoch, lease.Key, Hang);
                    await work.CancelAsync();
                    return;
                }
                if (!await RenewAsync())
                {
                    IsLost = true;
                    await work.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // The stage ended first.
        }
    }

    private void Watch(TimeSpan passed)
    {
        _silence = Interlocked.Exchange(ref _alive, false) ? TimeSpan.Zero : _silence + passed;
        var limit = slot.Timings.Silence.Of(Progress.Part);
        if (_silence >= limit)
        {
            string where = Progress.Steps > 0 ? $"{Progress.Part} {Progress.Step}/{Progress.Steps}" : Progress.Part;
            Hang = string.Create(CultureInfo.InvariantCulture, $"it hung: no progress for {_silence.TotalSeconds:F0} s in '{where}', where " +
                $"{limit.TotalSeconds:F0} s are allowed");
        }
    }

    // Whether the stage is still this worker's as far as is known.
    private async Task<bool> RenewAsync()
    {
        try
        {
            return await stage.RenewAsync(lease.Ticket, Progress).WaitAsync(slot.Timings.CallTimeout, slot.Time);
        }
        catch (Exception e) when (ClusterContact.IsSilence(e))
        {
            slot.Contact.Missed(e);
            return true;
        }
        catch (Exception e)
        {
            Log.RenewalFailed(slot.Logger, e, lease.Epoch, lease.Key);
            return true;
        }
    }

    internal static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
