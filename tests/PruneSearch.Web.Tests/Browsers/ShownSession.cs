using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Web.Tests.Browsers;

/// <summary>A session with one made-up search that goes on when a test says so, and may not answer for a while.</summary>
internal sealed class ShownSession : ISearchSession
{
    /// <summary>HTML that must stay text, wherever it is shown.</summary>
    public const string Nasty = "<img src=x onerror=\"document.title='broken'\"><b>";

    private readonly Lock _lock = new();
    private readonly List<FrontierPoint> _points = [];
    private readonly List<TrajectoryStatus> _trajectories;
    private TaskCompletionSource? _silence;

    public ShownSession(string id, int trajectories)
    {
        Id = id;
        _trajectories = [.. Enumerable.Range(0, trajectories).Select(i => Made.Trajectory(i))];
    }

    public string Id { get; private set; }

    /// <summary>The search is deleted: there is another one now.</summary>
    public void Delete() => Id = "another";

    public WorkState State { get; set; } = WorkState.Running;

    /// <summary>How far it is on other device classes; the first models that finished are those that were measured there.</summary>
    public IReadOnlyList<MeasuringStatus> Measuring { get; set; } = [];

    public List<string> Calls { get; } = [];

    /// <summary>Looks so far, of whatever kind.</summary>
    public int Looks => Volatile.Read(ref _looks);

    private int _looks;

    public ICheckpointStore Checkpoints => throw new NotSupportedException();

    public IGrainFactory? Grains => null;

    public void Add(params IEnumerable<FrontierPoint> points)
    {
        lock (_lock)
        {
            _points.AddRange(points);
        }
    }

    public void Set(int trajectory, Func<TrajectoryStatus, TrajectoryStatus> change)
    {
        lock (_lock)
        {
            _trajectories[trajectory] = change(_trajectories[trajectory]);
        }
    }

    /// <summary>From now on nobody answers.</summary>
    public void Silence() => _silence = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Answer()
    {
        var silence = _silence;
        _silence = null;
        silence?.SetResult();
    }

    public async Task<SearchStatus> StatusAsync(string id, Action<Exception>? lost = null)
    {
        Interlocked.Increment(ref _looks);
        Require(id);
        if (_silence is { } silence)
        {
            lost?.Invoke(new IOException("The silo that should answer is gone or starting."));
            await silence.Task;
        }
        lock (_lock)
        {
            return new SearchStatus
            {
                Id = Id,
                Name = Nasty,
                State = State,
                Created = Made.Launched,
                Trajectories = [.. _trajectories],
                Measuring = Measuring,
            };
        }
    }

    public Task<ReportPage> ReportsAsync(string id, int after, int limit)
    {
        Require(id);
        lock (_lock)
        {
            var points = _points.Skip(after).Take(limit).ToList();
            return Task.FromResult(new ReportPage
            {
                SearchId = Id,
                Name = Nasty,
                Objectives = [Objective.Map50, Objective.Latency],
                Points = points,
                Next = after + points.Count,
                Total = _points.Count,
                State = State,
            });
        }
    }

    public Task<SearchSummary> SummaryAsync(string id)
    {
        Require(id);
        lock (_lock)
        {
            return Task.FromResult(new SearchSummary
            {
                Id = Id,
                Name = Nasty,
                State = State,
                Created = Made.Launched,
                Trajectories = _trajectories.Count,
                Completed = _trajectories.Count(t => t.State == WorkState.Completed),
                Failed = _trajectories.Count(t => t.State == WorkState.Failed),
                Stages = 3 * _trajectories.Count,
                CompletedStages = _points.Count,
                FrontierVolume = _points.Count > 1 ? .31 : 0,
            });
        }
    }

    public async Task<IReadOnlyList<SearchSummary>> ListAsync() => [await SummaryAsync(Id)];

    public Task<SearchPlan> PlanAsync(string id) => throw new IOException("There is no plan of a made-up search.");

    public async Task<FrontierView> FrontierAsync(string id, string? deviceClass = null) =>
        FrontierPoints.View(Id, Nasty, [Objective.Map50, Objective.Latency], (await ReportsAsync(id, 0, int.MaxValue)).Points, deviceClass,
            Measuring.SelectMany(m => _points.Take(m.Measured).Select(p => Made.Figure(p, m.DeviceClass))).ToList());

    public Task LaunchAsync(SearchPlan plan) => Called($"launch {plan.Id}");

    public Task<bool> SupplyAsync(StageReport report) => throw new NotSupportedException();

    public Task ResumeAsync(string id, bool retryFailed) => Called($"resume {id} {retryFailed}");

    public Task PrioritiseAsync(string id, SlotSettings slots) => Called($"prioritise {id}: {slots.Priority}, {slots.Share}");

    public Task ExtendAsync(string id, BudgetSettings more) => Called($"extend {id}");

    public Task CancelAsync(string id, string reason)
    {
        State = WorkState.Cancelled;
        return Called($"cancel {id}");
    }

    public Task<IReadOnlyList<SiloMember>> SilosAsync() =>
        Task.FromResult<IReadOnlyList<SiloMember>>([new("control-0", "control", "10.0.0.1:11111@1", "active")]);

    public Task<QueueStatus> QueueAsync(string deviceClass, int limit) =>
        Task.FromResult(new QueueStatus { Length = 0, First = [], Slots = 1, Declined = [] });

    public Task<IReadOnlyList<SlotStatus>> WorkersAsync() => Task.FromResult<IReadOnlyList<SlotStatus>>([]);

    public Task DrainAsync(string worker, bool drained) => Called($"drain {worker}");

    public Task DeleteAsync(string id) => Called($"delete {id}");

    public Task ForgetStageAsync(StageKey stage) => Called($"forget {stage}");

    public ValueTask DisposeAsync() => default;

    private void Require(string id)
    {
        if (id != Id)
        {
            throw new KeyNotFoundException($"There is no search '{id}'.");
        }
    }

    private Task Called(string call)
    {
        lock (_lock)
        {
            Calls.Add(call);
        }
        return Task.CompletedTask;
    }
}
