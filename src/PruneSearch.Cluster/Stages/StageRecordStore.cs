using Microsoft.Extensions.Logging;
using Orleans.Storage;
using PruneSearch.Cluster.Observability;

namespace PruneSearch.Cluster.Stages;

/// <summary>Saves what a stage keeps. What cannot be saved is read again by the next activation, except how far a lease got, which may wait.</summary>
internal sealed class StageRecordStore(IGrainBase stage, IPersistentState<StageRecord> record, StageLeases leases, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(10); // waiters ask for the report as soon as they are told
    private long? _failed;

    /// <summary>Saves; when that fails, the activation ends, for what it knows is not what is stored.</summary>
    public async Task SaveAsync()
    {
        try
        {
            await WriteAsync();
        }
        catch
        {
            stage.DeactivateOnIdle();
            throw;
        }
    }

    /// <summary>Nothing more is to be kept: the activation ends soon.</summary>
    public void Leave() => stage.RegisterGrainTimer(
        _ =>
        {
            stage.DeactivateOnIdle();
            return Task.CompletedTask;
        },
        new GrainTimerCreationOptions(Linger, Timeout.InfiniteTimeSpan));

    /// <summary>The stage is as if it had never run.</summary>
    public async Task ForgetAsync()
    {
        await record.ClearStateAsync();
        stage.DeactivateOnIdle();
    }

    /// <summary>
    /// Saves how far the lease got, if that is new. It holds whether or not the database hears of it: while that one is away,
    /// it is only tried now and then, so that renewals need not wait.
    /// </summary>
    public async Task SaveProgressAsync()
    {
        if (!leases.IsUnsaved || (_failed is { } at && time.GetElapsedTime(at) < Pause))
        {
            return;
        }
        try
        {
            await WriteAsync();
        }
        catch (InconsistentStateException)
        {
            stage.DeactivateOnIdle(); // another activation wrote
            throw;
        }
        catch (Exception e)
        {
            _failed = time.GetTimestamp();
            Log.ProgressUnsaved(logger, e, stage.GrainContext.GrainId.Key.ToString()!);
        }
    }

    private async Task WriteAsync()
    {
        await record.WriteStateAsync();
        leases.IsUnsaved = false;
        _failed = null;
    }
}
