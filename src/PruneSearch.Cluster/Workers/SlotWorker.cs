using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Workers;

/// <summary>Owns the slot of this process: claims a stage, runs it, tells how it ended, and again.</summary>
internal sealed class SlotWorker(IGrainFactory grains, IStageRunner runner, SlotOptions slot, ClusterTimings timings, TimeProvider time, ILogger<SlotWorker> logger) : BackgroundService
{
    private static readonly TimeSpan ShortestIdle = TimeSpan.FromMilliseconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var dispatcher = grains.GetGrain<IDispatcherGrain>(slot.DeviceClass);
        var idle = ShortestIdle;
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
        var keeper = new LeaseKeeper(stage, lease, timings, time, logger);
        using var work = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var done = new CancellationTokenSource();
        var keeping = keeper.KeepAsync(work, done.Token);
        var result = await StageThread.RunAsync(runner, lease, keeper.Report, work.Token);
        await done.CancelAsync();
        await keeping;
        string outcome = "lost";
        try
        {
            outcome = await TellAsync(stage, lease, result, keeper.IsLost, stopping);
        }
        catch (Exception e)
        {
            Log.OutcomeLost(logger, e, lease.Epoch, lease.Key);
        }
        Telemetry.Stages.Add(1, new KeyValuePair<string, object?>(Telemetry.OutcomeTag, outcome));
    }

    private async Task<string> TellAsync(IStageGrain stage, StageLease lease, AttemptResult result, bool lost, CancellationToken stopping)
    {
        switch (result)
        {
            case { Report: { } report }:
                RequireKey(lease, report);
                return await stage.CompleteAsync(lease.Epoch, Plain(report)) ? "completed" : "refused";
            case { Error: OperationCanceledException } when lost:
                return "lost";
            case { Error: OperationCanceledException } when stopping.IsCancellationRequested:
                await stage.ReturnAsync(lease.Epoch);
                return "returned";
            case { Error: StageFailedException e }:
                await stage.FailAsync(lease.Epoch, e.Message, final: true);
                return "failed";
            default:
                Log.StageThrew(logger, result.Error!, lease.Key);
                await stage.FailAsync(lease.Epoch, $"{result.Error!.GetType().Name}: {result.Error.Message}", final: false);
                return "retry";
        }
    }

    private static void RequireKey(StageLease lease, StageReport report)
    {
        if (report.Key != lease.Key)
        {
            throw new InvalidOperationException($"The runner answered a report of stage '{report.Key}', expected '{lease.Key}'.");
        }
    }

    /// <summary>The report as it reads from its file: what every later reader will see, in types that travel.</summary>
    private static StageReport Plain(StageReport report) =>
        JsonSerializer.Deserialize<StageReport>(JsonSerializer.SerializeToUtf8Bytes(report, CoreJson.Readable), CoreJson.Readable)!;
}
