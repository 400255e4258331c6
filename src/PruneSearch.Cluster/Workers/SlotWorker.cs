using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Workers;

/// <summary>Owns the slot of this process: claims a stage, runs it, tells how it ended, and again.</summary>
internal sealed class SlotWorker(SlotContext slot, IStageRunner runner, StuckSlot stuck, RecentLog recent) : BackgroundService
{
    private const int TailLines = 20;
    private static readonly TimeSpan ShortestIdle = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPlacePause = TimeSpan.FromSeconds(2);
    private readonly SlotMeter _meter = new(slot.Name, slot.Time);
    private readonly SlotJournal? _journal = slot.Options.Work is { } work ? new SlotJournal(work, slot.Name) : null;
    private readonly Dictionary<string, TimeSpan> _placePauses = []; // the last ones, by stage
    private readonly SlotPresenceReporter _presence = new(slot);
    private TimeSpan _placePause;

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var claims = new SlotClaims(slot, _presence);
        var idle = ShortestIdle;
        var present = _presence.RunAsync(stoppingToken);
        await TellDeathAsync();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await SoonAsync(claims.ClaimAsync(stoppingToken), stoppingToken) is { } lease)
                {
                    idle = ShortestIdle;
                    if (!await WorkAsync(lease, stoppingToken))
                    {
                        return; // only a new process can use the slot again
                    }
                    await PauseAsync(_placePause, stoppingToken);
                    _placePause = TimeSpan.Zero;
                    continue;
                }
                idle = claims.Waited ? ShortestIdle : idle;
                await PauseAsync(claims.Waited ? TimeSpan.Zero : idle, stoppingToken);
                idle = LeaseKeeper.Min(idle * 2, slot.Timings.IdleClaim);
            }
            catch (Exception e)
            {
                Tell(e, () => Log.WorkerIdle(slot.Logger, e));
                await PauseAsync(idle, stoppingToken);
                idle = LeaseKeeper.Min(idle * 2, LongestPause);
            }
        }
        await present;
    }

    // Whether the slot is free again.
    private async Task<bool> WorkAsync(StageLease lease, CancellationToken stopping)
    {
        var stage = slot.Grains.GetGrain<IStageGrain>(lease.Key);
        var keeper = new LeaseKeeper(slot, stage, lease);
        using var work = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var done = new CancellationTokenSource();
        _journal?.Begin(lease);
        _meter.Begin();
        _presence.Begin(lease, keeper);
        TraceBook.Stage(lease.Key, lease.TraceParent);
        Log.StageBegins(slot.Logger, lease.Attempt, lease.Epoch, lease.Key);
        var keeping = keeper.KeepAsync(work, done.Token);
        var result = await EndAsync(StageThread.RunAsync(runner, lease, keeper, work.Token), work.Token, stopping);
        keeper.HasEnded = true;
        bool free = result is not null;
        if (!free)
        {
            stuck.Set($"stage {lease.Key.ToString()[..12]} does not let go of the slot: " +
                $"{keeper.Hang ?? "it was told to stop"} (in '{keeper.Progress.Part}'); this process has to end");
            Log.SlotStuck(slot.Logger, stuck.Reason.Result);
        }
        // The lease is kept meanwhile.
        string outcome = await TellAsync(stage, lease, result ?? new AttemptResult(null, new OperationCanceledException()), keeper,
            free ? null : slot.Timings.LetGo, stopping);
        await done.CancelAsync();
        await keeping;
        _meter.End();
        _presence.End();
        AttemptSpans.End(result?.Span, outcome, result?.Report, result?.Error);
        if (free || outcome != "lost")
        {
            _journal?.End();
        }
        Log.StageEnded(slot.Logger, lease.Attempt, lease.Epoch, lease.Key, outcome);
        _meter.Tell(outcome, result?.Report);
        return free;
    }

    /// <summary>Waits for the end of a stage; for one that was told to stop, only a while.</summary>
    /// <returns>How it ended; <see langword="null"/> when it goes on although it was told to stop.</returns>
    private async Task<AttemptResult?> EndAsync(Task<AttemptResult> running, CancellationToken told, CancellationToken stopping)
    {
        Task end = running;
        await end.WaitAsync(told).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await end.WaitAsync(slot.Timings.LetGo, slot.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!end.IsCompleted && stopping.IsCancellationRequested)
        {
            await end.WaitAsync(slot.Timings.StopGrace, slot.Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return end.IsCompleted ? await running : null;
    }

    /// <summary>Tells how an attempt ended, again and again until somebody hears it: finished work is not thrown away because a database is away.</summary>
    private async Task<string> TellAsync(IStageGrain stage, StageLease lease, AttemptResult result, LeaseKeeper keeper, TimeSpan? timeout,
        CancellationToken stopping)
    {
        if (result.Error is not null and not OperationCanceledException and not InputUnavailableException)
        {
            Log.StageThrew(slot.Logger, result.Error, lease.Key);
        }
        string tail = recent.Tail(TailLines);
        using var hurry = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        if (timeout is { } limit)
        {
            hurry.CancelAfter(limit);
        }
        for (var pause = ShortestIdle; ; pause = LeaseKeeper.Min(pause * 2, LongestPause))
        {
            try
            {
                return await SoonAsync(TellOnceAsync(stage, lease, result, tail, keeper, stopping), hurry.Token);
            }
            catch (Exception e)
            {
                Tell(e, () => Log.OutcomeLost(slot.Logger, e, lease.Epoch, lease.Key));
                if (hurry.IsCancellationRequested || (keeper.IsLost && result.Report is null))
                {
                    return "lost";
                }
            }
            await PauseAsync(pause, hurry.Token);
        }
    }

    private async Task<string> TellOnceAsync(IStageGrain stage, StageLease lease, AttemptResult result, string tail, LeaseKeeper keeper,
        CancellationToken stopping)
    {
        switch (result)
        {
            case { Report: { } report }:
                _placePauses.Remove(lease.Key);
                return await stage.CompleteAsync(lease.Ticket, Plain(report)) ? "completed" : "refused";
            case { Error: OperationCanceledException } when keeper.Hang is { } hang:
                var hung = new AttemptFailure { Kind = FailureKind.Stage, Reason = hang, LogTail = tail, Step = keeper.Progress.Step };
                await stage.FailAsync(lease.Ticket, hung);
                return "hung";
            case { Error: OperationCanceledException } when keeper.IsLost:
                return "lost";
            case { Error: OperationCanceledException } when stopping.IsCancellationRequested:
                await stage.ReturnAsync(lease.Ticket);
                return "returned";
            case { Error: InputUnavailableException e }:
                await stage.RefuseAsync(lease.Ticket, e.Message);
                return "declined";
            default:
                var failure = PlaceFaults.Describe(result.Error!, tail, keeper.Progress.Step);
                await stage.FailAsync(lease.Ticket, failure);
                return Outcome(lease.Key, failure);
        }
    }

    // A place that failed a stage once may do so again: the slot waits longer and longer before it asks for work.
    private string Outcome(StageKey key, AttemptFailure failure)
    {
        if (failure.Kind != FailureKind.Place)
        {
            _placePauses.Remove(key);
            return failure.Kind == FailureKind.Final ? "failed" : "retry";
        }
        _placePause = _placePauses.TryGetValue(key, out var last) ? LeaseKeeper.Min(last * 2, slot.Timings.LongestPlacePause) : FirstPlacePause;
        _placePauses[key] = _placePause;
        Log.PlaceFault(slot.Logger, failure.Reason, _placePause.TotalSeconds);
        return "place";
    }

    // While nobody answers, one line says so, and not one for each question.
    private void Tell(Exception e, Action log)
    {
        if (ClusterContact.IsSilence(e))
        {
            slot.Contact.Missed(e);
            return;
        }
        log();
    }

    // Waits for an answer; once it has to hurry, not for long.
    private async Task<T> SoonAsync<T>(Task<T> answer, CancellationToken hurry)
    {
        await ((Task)answer).WaitAsync(hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await (answer.IsCompleted ? answer : answer.WaitAsync(slot.Timings.CallTimeout, slot.Time, CancellationToken.None));
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken stopping) =>
        await Task.Delay(pause, slot.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>A process that had this slot before died within a stage: nobody need wait until its lease ends.</summary>
    private async Task TellDeathAsync()
    {
        if (_journal?.Predecessor is not { } died)
        {
            return;
        }
        try
        {
            await slot.Grains.GetGrain<IStageGrain>(died.Key).DiedAsync(died.Ticket, died.LastWords);
        }
        catch (Exception e)
        {
            Log.OutcomeLost(slot.Logger, e, died.Ticket.Epoch, died.Key);
        }
    }

    /// <summary>The report as it reads from its file: what every later reader will see, in types that travel.</summary>
    private static StageReport Plain(StageReport report) =>
        JsonSerializer.Deserialize<StageReport>(JsonSerializer.SerializeToUtf8Bytes(report, CoreJson.Readable), CoreJson.Readable)!;
}
