using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
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
    };

    /// <summary>What was asked of it.</summary>
    public List<string> Calls { get; } = [];

    public ICheckpointStore Checkpoints => throw new NotSupportedException();

    public Task LaunchAsync(SearchPlan plan) => Called($"launch {plan.Id}");

    public Task<IReadOnlyList<SearchSummary>> ListAsync() => Task.FromResult<IReadOnlyList<SearchSummary>>([Summary]);

    public Task<SearchSummary> SummaryAsync(string id) => Task.FromResult(Summary);

    public Task<ReportPage> ReportsAsync(string id, int after, int limit = 500) => throw new NotSupportedException();

    public Task<SearchStatus> StatusAsync(string id, Action<Exception>? lost = null) => throw new NotSupportedException();

    public Task<SearchPlan> PlanAsync(string id) => throw new NotSupportedException();

    public Task<FrontierView> FrontierAsync(string id) => throw new NotSupportedException();

    public Task ResumeAsync(string id, bool retryFailed) => Called($"resume {id}");

    public Task ExtendAsync(string id, BudgetSettings more) => Called($"extend {id}");

    public Task<IReadOnlyList<SlotStatus>> WorkersAsync() => throw new NotSupportedException();

    public Task DrainAsync(string worker, bool drained) => Called($"drain {worker}");

    public Task CancelAsync(string id, string reason) => Called($"cancel {id}");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task Called(string call)
    {
        Calls.Add(call);
        return Task.CompletedTask;
    }
}
