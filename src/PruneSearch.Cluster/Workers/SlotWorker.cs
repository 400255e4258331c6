using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Workers;

/// <summary>Owns the slot of this process: claims a stage, runs it, tells how it ended, and again.</summary>
internal sealed class SlotWorker(
    IGrainFactory grains, IStageRunner runner, SlotOptions slot, ClusterTimings timings, RecentLog recent, TimeProvider time, ILogger<SlotWorker> logger) : BackgroundService
{
    private const int TailLines = 20;
    private static readonly TimeSpan ShortestIdle = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private readonly SlotMeter _meter = new(slot.Name, time);
    private readonly SlotJournal? _journal = slot.Work is null ? null : new SlotJournal(slot.Work, slot.Name);

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var dispatcher = grains.GetGrain<IDispatcherGrain>(slot.DeviceClass);
        var idle = ShortestIdle;
        var present = TellPresenceAsync(dispatcher, stoppingToken);
        await TellDeathAsync();
        while (!stoppingToken.IsCancellationRequested)
        {
            if (await ClaimAsync(dispatcher) is { } lease)
            {
                idle = ShortestIdle;
                await WorkAsync(lease, stoppingToken);
                continue;
            }
            await Task.Delay(idle, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            idle = idle * 2 < timings.IdleClaim ? idle * 2 : timings.IdleClaim;
        }
        await present;
    }

    /// <summary>A slot that works for hours is there as well: those whose stages wait are told how many slots there are.</summary>
    private async Task TellPresenceAsync(IDispatcherGrain dispatcher, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            dispatcher.PresentAsync(slot.Name).FireAndForget(logger, $"worker {slot.Name}");
            await Task.Delay(timings.Renewal, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<StageLease?> ClaimAsync(IDispatcherGrain dispatcher)
    {
        try
        {
            return await dispatcher.ClaimAsync(slot.Name);
        }
        catch (Exception e)
        {
            Log.WorkerIdle(logger, e);
            return null;
        }
    }

    private async Task WorkAsync(StageLease lease, CancellationToken stopping)
    {
        var stage = grains.GetGrain<IStageGrain>(lease.Key);
        var keeper = new LeaseKeeper(stage, lease, slot.Name, timings, time, logger);
        using var work = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var done = new CancellationTokenSource();
        _journal?.Begin(lease);
        _meter.Begin();
        Log.StageBegins(logger, lease.Attempt, lease.Epoch, lease.Key);
        var keeping = keeper.KeepAsync(work, done.Token);
        var result = await StageThread.RunAsync(runner, lease, keeper.Report, work.Token);
        string outcome = await TellAsync(stage, lease, result, keeper, stopping); // the lease is kept meanwhile
        await done.CancelAsync();
        await keeping;
        _meter.End();
        _journal?.End();
        Log.StageEnded(logger, lease.Attempt, lease.Epoch, lease.Key, outcome);
        Telemetry.Stages.Add(1, new KeyValuePair<string, object?>(Telemetry.OutcomeTag, outcome));
    }

    /// <summary>Tells how an attempt ended, again and again until somebody hears it: finished work is not thrown away because a database restarts.</summary>
    private async Task<string> TellAsync(IStageGrain stage, StageLease lease, AttemptResult result, LeaseKeeper keeper, CancellationToken stopping)
    {
        if (result.Error is not null and not OperationCanceledException and not InputUnavailableException)
        {
            Log.StageThrew(logger, result.Error, lease.Key);
        }
        string tail = recent.Tail(TailLines);
        for (var pause = ShortestIdle; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await TellOnceAsync(stage, lease, result, tail, keeper, stopping);
            }
            catch (Exception e)
            {
                Log.OutcomeLost(logger, e, lease.Epoch, lease.Key);
                if (stopping.IsCancellationRequested || (keeper.IsLost && result.Report is null))
                {
                    return "lost";
                }
            }
            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<string> TellOnceAsync(IStageGrain stage, StageLease lease, AttemptResult result, string tail, LeaseKeeper keeper, CancellationToken stopping)
    {
        switch (result)
        {
            case { Report: { } report }:
                return await stage.CompleteAsync(lease.Epoch, Plain(report)) ? "completed" : "refused";
            case { Error: OperationCanceledException } when keeper.IsLost:
                return "lost";
            case { Error: OperationCanceledException } when stopping.IsCancellationRequested:
                await stage.ReturnAsync(lease.Epoch);
                return "returned";
            case { Error: InputUnavailableException e }:
                await stage.RefuseAsync(lease.Epoch, slot.Name, e.Message);
                return "declined";
            case { Error: StageFailedException e }:
                await stage.FailAsync(lease.Epoch, e.Message, e.IsFinal, tail);
                return "failed";
            default:
                await stage.FailAsync(lease.Epoch, $"{result.Error!.GetType().Name}: {result.Error.Message}", final: false, tail);
                return "retry";
        }
    }

    /// <summary>A process that had this slot before died within a stage: nobody need wait until its lease ends.</summary>
    private async Task TellDeathAsync()
    {
        if (_journal?.Predecessor is not { } died)
        {
            return;
        }
        try
        {
            await grains.GetGrain<IStageGrain>(died.Key).DiedAsync(died.Epoch, died.LastWords);
        }
        catch (Exception e)
        {
            Log.OutcomeLost(logger, e, died.Epoch, died.Key);
        }
    }

    /// <summary>The report as it reads from its file: what every later reader will see, in types that travel.</summary>
    private static StageReport Plain(StageReport report) =>
        JsonSerializer.Deserialize<StageReport>(JsonSerializer.SerializeToUtf8Bytes(report, CoreJson.Readable), CoreJson.Readable)!;
}
