using PruneSearch.Connections;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Tests.Comparisons;
using PruneSearch.Storage;
using PruneSearch.Tests;

namespace PruneSearch.Cli.Tests;

/// <summary>Made-up reports and searches. Their figures are no measurements.</summary>
internal static class Some
{
    public static StageKey Key(string name) => MadeUp.Key(name);

    public static StageReport Report(double map50, double speedUp, int channels = 1000, double spread = 0.02) =>
        MadeUp.Report(map50, speedUp, latency: MadeUp.Latency(speedUp, spread)) with
        {
            Parameters = 1000L * channels,
            Macs = 100_000L * channels,
            ModelBytes = 4000L * channels,
            Channels = new(1000, channels),
            Seconds = new() { ["fine-tune"] = 10 },
        };

    public static FrontierPoint Point(string trajectory, ScheduleKind kind, double ratio, int iteration, StageReport report, bool on = false) =>
        new() { Trajectory = trajectory, Schedule = kind, Ratio = ratio, Iteration = iteration, Report = report, OnFrontier = on };

    public static FrontierView View() => new()
    {
        SearchId = "made-up-0001",
        Name = "made-up",
        Objectives = [Objective.Map50, Objective.Latency],
        Points =
        [
            Point("dense", ScheduleKind.Base, 0, 0, Report(.780, 1, spread: 0)),
            Point("one-shot-10", ScheduleKind.OneShot, .1, 1, Report(.760, .95, 930)),
            Point("dense-control", ScheduleKind.DenseControl, 0, 1, Report(.790, 1.004), on: true),
            Point("iterative-40", ScheduleKind.Iterative, .1, 1, Report(.775, 1.08, 900), on: true),
            Point("one-shot-20", ScheduleKind.OneShot, .2, 1, Report(.730, 1.24, 800)),
            Point("iterative-40", ScheduleKind.Iterative, .2, 2, Report(.765, 1.22, 800), on: true),
            Point("iterative-40", ScheduleKind.Iterative, .3, 3, Report(.740, 1.45, 700), on: true),
            Point("one-shot-40", ScheduleKind.OneShot, .4, 1, Report(.650, 1.66, 600, .05)),
            Point("iterative-40", ScheduleKind.Iterative, .4, 4, Report(.700, 1.71, 600, .04), on: true),
            Point("one-shot-60", ScheduleKind.OneShot, .6, 1, Report(.480, 2.3, 400, .06), on: true),
        ],
    };

    public static TrajectoryStatus Trajectory(WorkState state, int done = 0, int stages = 3, StageProgress? progress = null, string? reason = null) => new()
    {
        Name = "iterative-40",
        Schedule = ScheduleKind.Iterative,
        Ratio = 0.4,
        State = state,
        Stages = stages,
        CompletedStages = done,
        Map50 = done > 0 ? 0.7 : null,
        SecondsPerStage = done > 1 ? 10 : null,
        NextStage = done < stages ? Key($"stage-{done}") : null,
        Progress = progress,
        Reason = reason,
    };

    public static SearchStatus Status(WorkState state, params TrajectoryStatus[] trajectories) =>
        new()
        {
            Id = "made-up-0001",
            Name = "made-up",
            State = state,
            Created = DateTimeOffset.UnixEpoch,
            Trajectories = trajectories,
            Reason = state == WorkState.Failed ? "made-up reason" : null,
        };
}

/// <summary>A home whose searches answer from a list.</summary>
internal sealed class ScriptedSessions(string folder, params SearchStatus[] statuses) : ISearchSessions, ISearchSession
{
    private int _next;

    public List<string> Calls { get; } = [];

    public ICheckpointStore Checkpoints { get; } = new FolderCheckpointStore(folder);

    public IGrainFactory? Grains => null;

    public Action? OnStatus { get; init; }

    /// <summary>What happens before the nth answer.</summary>
    public Func<int, Action<Exception>?, Task>? OnAsk { get; init; }

    public FrontierView View { get; init; } = Some.View();

    public SearchPlan Plan { get; init; } = Made.Plan([1]);

    public Task<ISearchSession> OpenAsync(SearchPlace place, bool work, CancellationToken cancellation)
    {
        Calls.Add(work ? "open to work" : "open");
        return Task.FromResult<ISearchSession>(this);
    }

    public Task<ISearchSession> KeepAsync(SearchPlace place, Action<string> stuck, CancellationToken cancellation)
    {
        Calls.Add("keep");
        return Task.FromResult<ISearchSession>(this);
    }

    public Task<ISearchSession> ConnectAsync(ClusterAddress address, string name, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task LaunchAsync(SearchPlan plan) => Call($"launch {plan.Name}");

    public Task<IReadOnlyList<SearchSummary>> ListAsync() =>
        Task.FromResult<IReadOnlyList<SearchSummary>>([.. statuses.TakeLast(1).Select(s => new SearchSummary
    {
        Id = s.Id,
        Name = s.Name,
        State = s.State,
        Created = s.Created,
        Trajectories = s.Trajectories.Count,
        Completed = s.Trajectories.Count(t => t.State == WorkState.Completed),
        Failed = s.Trajectories.Count(t => t.State == WorkState.Failed),
        Stages = s.Trajectories.Sum(t => t.Stages),
        CompletedStages = s.Trajectories.Sum(t => t.CompletedStages),
    })]);

    public async Task<SearchStatus> StatusAsync(string id, Action<Exception>? lost = null)
    {
        OnStatus?.Invoke();
        await (OnAsk?.Invoke(_next, lost) ?? Task.CompletedTask);
        return statuses[Math.Min(_next++, statuses.Length - 1)];
    }

    public IReadOnlyList<SlotStatus> Workers { get; init; } = [];

    public QueueStatus Queue { get; init; } = new() { Length = 0, First = [], Slots = 1, Declined = [] };

    public Task<IReadOnlyList<SiloMember>> SilosAsync() =>
        Task.FromResult<IReadOnlyList<SiloMember>>([new("control-0", "control", "10.0.0.1:11111@1", "active")]);

    public Task<QueueStatus> QueueAsync(string deviceClass, int limit) => Task.FromResult(Queue with { First = [.. Queue.First.Take(limit)] });

    public Task<IReadOnlyList<SlotStatus>> WorkersAsync() => Task.FromResult(Workers);

    public Task DrainAsync(string worker, bool drained) =>
        Workers.Any(w => w.Slot.Worker == worker) ? Call($"{(drained ? "drain" : "undrain")} {worker}") : throw new KeyNotFoundException();

    public Task DeleteAsync(string id) => statuses is [.., { State: WorkState.Running }] ? throw new InvalidOperationException($"Search '{id}' is at work.")
        : Call($"delete {id}");

    public Task ForgetStageAsync(StageKey stage) => Call($"forget {stage}");

    public Task<SearchPlan> PlanAsync(string id) => Task.FromResult(Plan);

    public async Task<SearchSummary> SummaryAsync(string id) => (await ListAsync())[0];

    public Task<ReportPage> ReportsAsync(string id, int after, int limit) => Task.FromResult(new ReportPage
    {
        SearchId = id,
        Name = View.Name,
        Objectives = View.Objectives,
        Points = [.. View.Points.Skip(after).Take(limit)],
        Next = Math.Min(View.Points.Count, after + limit),
        Total = View.Points.Count,
        State = statuses[^1].State,
    });

    public Task<FrontierView> FrontierAsync(string id, string? deviceClass = null) => Task.FromResult(View);

    public Task PrioritiseAsync(string id, SlotSettings slots) => Call($"prioritise {id}: {slots.Priority}, {slots.Share}");

    public Task ExtendAsync(string id, BudgetSettings more) => Call($"extend {id} by {more}");

    /// <summary>Measurements that were handed in.</summary>
    public List<StageReport> Supplied { get; } = [];

    public Task<bool> SupplyAsync(StageReport report)
    {
        bool isNew = Supplied.All(s => s.Key != report.Key);
        Supplied.Add(report);
        return Task.FromResult(isNew);
    }

    public Task ResumeAsync(string id, bool retryFailed) => Call(retryFailed ? $"resume {id} and retry" : $"resume {id}");

    public Task CancelAsync(string id, string reason) => Call($"cancel {id}");

    public ValueTask DisposeAsync()
    {
        Calls.Add("close");
        return ValueTask.CompletedTask;
    }

    private Task Call(string call)
    {
        Calls.Add(call);
        return Task.CompletedTask;
    }
}
