using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.Progress;

/// <summary>
/// What a coordinator must not forget besides its plan: how the search stands, and which trajectories failed. What is complete,
/// the checkpoint store knows. A change that cannot be saved is taken back, so that whoever asked for it can ask again.
/// </summary>
internal sealed class SearchProgressStore(IPersistentState<SearchProgress> record)
{
    private bool _unsaved;
    private (WorkState State, string? Reason)? _saved; // while another state is being saved: who asks meanwhile must not be told what may be taken back

    public WorkState State => _saved?.State ?? record.State.State;

    /// <summary>Why it failed or was cancelled.</summary>
    public string? Reason => _saved is { } saved ? saved.Reason : record.State.Reason;

    /// <summary>Whether it should be at work.</summary>
    public bool IsRunning => State == WorkState.Running;

    /// <summary>Trajectories that failed, by name.</summary>
    public IReadOnlyDictionary<string, TrajectoryEnd> Ended => record.State.Ended;

    /// <summary>What may be spent, where that was raised since the launch.</summary>
    public BudgetSettings? Budget => record.State.Budget;

    /// <summary>What it shall get of the slots, where that was changed since the launch.</summary>
    public SlotSettings? Slots => record.State.Slots;

    /// <summary>It may spend more, and goes on.</summary>
    public async Task ExtendAsync(BudgetSettings budget)
    {
        var old = record.State.Budget;
        record.State.Budget = budget;
        try
        {
            await SaveAsync(WorkState.Running, null, record.State.Ended);
        }
        catch
        {
            record.State.Budget = old;
            throw;
        }
    }

    /// <summary>It shall get another share of the slots.</summary>
    public async Task PrioritiseAsync(SlotSettings slots)
    {
        var old = record.State.Slots;
        record.State.Slots = slots;
        try
        {
            await SaveAsync(State, Reason, record.State.Ended);
        }
        catch
        {
            record.State.Slots = old;
            throw;
        }
    }

    public Task BeginAsync() => SaveAsync(WorkState.Running, null, record.State.Ended);

    /// <summary>It goes on after an interruption, a cancellation or failures.</summary>
    /// <returns>Whether there is anything to go on with.</returns>
    public async Task<bool> ResumeAsync(bool retryFailed)
    {
        if (State is not (WorkState.Running or WorkState.Cancelled) && !(retryFailed && State is WorkState.Failed or WorkState.CompletedWithFailures))
        {
            return false;
        }
        var left = Ended.Where(e => e.Value.State != WorkState.Cancelled && !(retryFailed && e.Value.State == WorkState.Failed));
        await SaveAsync(WorkState.Running, null, new Dictionary<string, TrajectoryEnd>(left));
        return true;
    }

    public Task EndAsync(WorkState state, string? reason) => SaveAsync(state, reason, record.State.Ended);

    /// <summary>A trajectory failed; to be saved with <see cref="SaveAsync()"/>.</summary>
    /// <returns>Whether that is new.</returns>
    public bool Failed(string trajectory, string? reason, string? logTail)
    {
        bool added = record.State.Ended.TryAdd(trajectory, new TrajectoryEnd(WorkState.Failed, reason, logTail));
        _unsaved |= added;
        return added;
    }

    /// <summary>Saves which trajectories failed, if that is not saved yet.</summary>
    public Task SaveAsync() => _unsaved ? SaveAsync(State, Reason, record.State.Ended) : Task.CompletedTask;

    private async Task SaveAsync(WorkState state, string? reason, Dictionary<string, TrajectoryEnd> ended)
    {
        var (oldState, oldReason, oldEnded) = (record.State.State, record.State.Reason, record.State.Ended);
        _saved = (oldState, oldReason);
        (record.State.State, record.State.Reason, record.State.Ended) = (state, reason, ended);
        try
        {
            await record.WriteStateAsync();
            _unsaved = false;
        }
        catch
        {
            (record.State.State, record.State.Reason, record.State.Ended) = (oldState, oldReason, oldEnded);
            throw;
        }
        finally
        {
            _saved = null;
        }
    }
}

/// <summary>The part of a search that changes. Reports are not here: they stand in the checkpoint store.</summary>
[GenerateSerializer, Alias("prunesearch.SearchProgress")]
internal sealed class SearchProgress
{
    [Id(0)]
    public WorkState State { get; set; }

    /// <summary>Why it failed or was cancelled.</summary>
    [Id(1)]
    public string? Reason { get; set; }

    /// <summary>Trajectories that failed, by name. Those that completed follow from the reports.</summary>
    [Id(2)]
    public Dictionary<string, TrajectoryEnd> Ended { get; set; } = [];

    /// <summary>The whole budget, where it was raised since the launch.</summary>
    [Id(3)]
    public BudgetSettings? Budget { get; set; }

    /// <summary>What it shall get of the slots, where that was changed since the launch.</summary>
    [Id(4)]
    public SlotSettings? Slots { get; set; }
}

/// <summary>How a trajectory ended.</summary>
/// <param name="State">Completed or failed.</param>
/// <param name="Reason">Why it failed.</param>
/// <param name="LogTail">Last lines of the log of the worker where its stage failed.</param>
[GenerateSerializer, Alias("prunesearch.TrajectoryEnd")]
internal sealed record TrajectoryEnd([property: Id(0)] WorkState State, [property: Id(1)] string? Reason, [property: Id(2)] string? LogTail = null);
