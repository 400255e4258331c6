using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Workers;

/// <summary>Renews a lease while its stage runs and stops the stage when the lease is lost.</summary>
internal sealed class LeaseKeeper(IStageGrain stage, StageLease lease, string slot, ClusterTimings timings, TimeProvider time, ILogger logger)
{
    private StageProgress _progress = new() { Part = "restore" };

    /// <summary>Whether the stage was taken away.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Remembers what to tell at the next renewal; called from the stage's thread.</summary>
    public void Report(StageProgress progress)
    {
        Volatile.Write(ref _progress, progress);
        if (progress.ImagesPerSecond is { } speed)
        {
            Telemetry.RecordImagesPerSecond(slot, speed);
        }
    }

    /// <summary>Renews until <paramref name="done"/>; cancels <paramref name="work"/> when the lease is lost.</summary>
    public async Task KeepAsync(CancellationTokenSource work, CancellationToken done)
    {
        using var timer = new PeriodicTimer(timings.Renewal, time);
        var heard = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                switch (await RenewAsync())
                {
                    case true:
                        heard = time.GetTimestamp();
                        break;
                    case null when time.GetElapsedTime(heard) < lease.TimeToLive:
                        break;
                    default:
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

    private async Task<bool?> RenewAsync()
    {
        try
        {
            return await stage.RenewAsync(lease.Epoch, Volatile.Read(ref _progress));
        }
        catch (Exception e)
        {
            Log.RenewalFailed(logger, e, lease.Epoch, lease.Key);
            return null;
        }
    }
}
