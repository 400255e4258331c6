using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Web.Tests;

/// <summary>A session with one search that tests change as they like.</summary>
internal sealed class MadeUpSession : ISearchSession
{
    public SearchSummary Summary { get; set; } = new()
    {
        Id = "cells-0001",
        Name = "<script>alert('cells')</script>",
        State = WorkState.Running,
        Created = DateTimeOffset.UnixEpoch,
        Trajectories = 2,
        Completed = 1,
        Failed = 0,
        Stages = 5,
        CompletedStages = 3,
        TraceParent = $"00-{1:x32}-{1:x16}-01",
    };

    /// <summary>What was asked of it.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Files of the search; none in tests that need none.</summary>
    public MadeUpHome? Home { get; init; }

    /// <summary>Reports that have come so far.</summary>
    public IReadOnlyList<FrontierPoint> Reports { get; set; } = [];

    /// <summary>Whether nobody answers.</summary>
    public bool IsLost { get; set; }

    /// <summary>How often it was asked for reports.</summary>
    public int Asked { get; private set; }

    public ICheckpointStore Checkpoints => Home?.Store ?? throw new NotSupportedException();

    public IGrainFactory? Grains => null;

    public Task LaunchAsync(SearchPlan plan) => Called($"launch {plan.Id}");

    public Task<IReadOnlyList<SearchSummary>> ListAsync() => Task.FromResult<IReadOnlyList<SearchSummary>>([Summary]);

    public Task<SearchSummary> SummaryAsync(string id) => Answer(id, Summary);

    public Task<ReportPage> ReportsAsync(string id, int after, int limit = 500)
    {
        Asked++;
        var reports = Reports;
        int from = Math.Min(after, reports.Count), to = Math.Min(from + limit, reports.Count);
        return Answer(id, new ReportPage
        {
            SearchId = id,
            Name = Summary.Name,
            Objectives = [Objective.Map50, Objective.Latency],
            Points = [.. reports.Skip(from).Take(to - from)],
            Next = to,
            Total = reports.Count,
            State = Summary.State,
        });
    }

    public Task<SearchStatus> StatusAsync(string id, Action<Exception>? lost = null) => Answer(id, new SearchStatus
    {
        Id = id,
        Name = Summary.Name,
        State = Summary.State,
        Created = Summary.Created,
        Growth = Summary.Growth,
        Trajectories = [.. Enumerable.Range(0, Summary.Trajectories).Select(i => new TrajectoryStatus
        {
            Name = $"one-shot-{i}",
            Schedule = ScheduleKind.OneShot,
            Ratio = 0.2,
            State = WorkState.Running,
            Stages = 2,
            CompletedStages = 1,
            Index = i,
        })],
    });

    public Task<SearchPlan> PlanAsync(string id) => Answer(id, Home?.Plan!);

    public Task<FrontierView> FrontierAsync(string id, string? deviceClass = null) => throw new NotSupportedException();

    public Task<bool> SupplyAsync(StageReport report) => throw new NotSupportedException();

    public Task ResumeAsync(string id, bool retryFailed) => Called($"resume {id}");

    public Task ExtendAsync(string id, BudgetSettings more) => Called(string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"extend {id} by {(more.Hours is { } h ? FormattableString.Invariant($"{h} h, ") : "")}{more.Trajectories}"));

    public Task PrioritiseAsync(string id, SlotSettings slots) => Called($"prioritise {id}: {slots.Priority}, {slots.Share}");

    public IReadOnlyList<SlotStatus> Workers { get; set; } = [];

    public Task<IReadOnlyList<SiloMember>> SilosAsync() =>
        Answer<IReadOnlyList<SiloMember>>(Summary.Id, [new("control-0", "control", "10.0.0.1:11111@1", "active")]);

    public Task<QueueStatus> QueueAsync(string deviceClass, int limit) =>
        Task.FromResult(new QueueStatus
        {
            Length = 1,
            First = [StageKey.Of([7])],
            Slots = 1,
            Declined = [new DeclinedStage(StageKey.Of([7]), 1, "its pictures are not there")],
        });

    public Task<IReadOnlyList<SlotStatus>> WorkersAsync() => Task.FromResult(Workers);

    public Task DrainAsync(string worker, bool drained) => Called($"drain {worker}");

    public Task DeleteAsync(string id) => Called($"delete {id}");

    public Task ForgetStageAsync(StageKey stage) => Called($"forget {stage}");

    public Task CancelAsync(string id, string reason) => Called($"cancel {id}");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<T> Answer<T>(string id, T answer) => IsLost ? Task.FromException<T>(new ClusterException("Nobody answers.") { IsPassing = true })
        : id == Summary.Id || Calls.Contains($"launch {id}") ? Task.FromResult(answer)
        : Task.FromException<T>(new KeyNotFoundException($"There is no search '{id}'."));

    private Task Called(string call)
    {
        Calls.Add(call);
        return Task.CompletedTask;
    }
}
