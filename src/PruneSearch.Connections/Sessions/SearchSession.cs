using System.Collections.Concurrent;
using PruneSearch.Connections.Configuration;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Connections.Sessions;

/// <summary>Asks a search client, and asks again when a failure passes by itself.</summary>
public sealed class SearchSession : ISearchSession
{
    private readonly SearchClient _client;
    private readonly ICheckpointStore? _store;
    private readonly IAsyncDisposable _owner;
    private readonly RetryPolicy _retry;
    private readonly TimeSpan _limit;
    private readonly ConcurrentDictionary<string, (SearchWatch Watch, SemaphoreSlim Turn)> _watches = [];
    private string? _address;
    private Task<string>? _stuckStage;

    private SearchSession(SearchClient client, ICheckpointStore? store, IAsyncDisposable owner, RetryPolicy retry, TimeSpan limit) =>
        (_client, _store, _owner, _retry, _limit) = (client, store, owner, retry, limit);

    /// <inheritdoc/>
    public ICheckpointStore Checkpoints => _store ?? throw new SettingsException(
        $"--cluster {_address}: where its checkpoints are is not known, expected 'checkpoints' in that file or PRUNESEARCH_CHECKPOINTS: " +
        CheckpointLocation.Expected);

    /// <inheritdoc/>
    public IGrainFactory Grains => _client.Grains;

    /// <summary>With a host of this machine: it answers as long as it lives, so no question has a time limit.</summary>
    /// <param name="client">Asks.</param>
    /// <param name="owner">Disposed of with the session.</param>
    /// <param name="stuckStage">Ends, with the reason in one line, when a stage does not let go of the slot of this process.</param>
    public static SearchSession OnThisMachine(SearchClient client, ICheckpointStore store, IAsyncDisposable owner, Task<string>? stuckStage = null) =>
        new(client, store, owner, RetryPolicy.OnThisMachine(), Timeout.InfiniteTimeSpan) { _stuckStage = stuckStage };

    /// <summary>With a cluster; a question may take <see cref="ClusterAddress.Timeout"/> in all.</summary>
    /// <param name="client">The connection; disposed of with the session.</param>
    /// <param name="address">Where it leads.</param>
    /// <param name="name">The address as the user wrote it.</param>
    public static SearchSession WithCluster(ClusterClient client, ClusterAddress address, string name)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(address);
        return new(client.Searches, client.Checkpoints, client, RetryPolicy.WithCluster(), address.Timeout) { _address = name };
    }

    /// <inheritdoc/>
    public Task LaunchAsync(SearchPlan plan) => AskAsync(() => _client.LaunchAsync(plan));

    /// <inheritdoc/>
    public Task<IReadOnlyList<SearchSummary>> ListAsync() => AskAsync(_client.ListAsync);

    /// <inheritdoc/>
    public Task<SearchSummary> SummaryAsync(string id) => AskAsync(() => _client.SummaryAsync(id));

    /// <inheritdoc/>
    public async Task<SearchStatus> StatusAsync(string id, Action<Exception>? lost = null)
    {
        var (watch, turn) = _watches.GetOrAdd(id, _ => (_client.Watch(id), new SemaphoreSlim(1)));
        var status = await AskAsync(LookAsync, lost).ConfigureAwait(false);
        return _stuckStage is { IsCompleted: true } && !status.State.IsOver() ? throw new StuckStageException(await _stuckStage.ConfigureAwait(false)) : status;

        // A watch is for one caller at a time; who asks again after a failure waits for his turn again.
        async Task<SearchStatus> LookAsync()
        {
            await turn.WaitAsync().ConfigureAwait(false);
            try
            {
                return await watch.LookAsync().ConfigureAwait(false);
            }
            finally
            {
                turn.Release();
            }
        }
    }

    /// <inheritdoc/>
    public Task<SearchPlan> PlanAsync(string id) => AskAsync(() => _client.PlanAsync(id));

    /// <inheritdoc/>
    public Task<ReportPage> ReportsAsync(string id, int after, int limit) => AskAsync(() => _client.ReportsAsync(id, after, limit));

    /// <inheritdoc/>
    public Task<FrontierView> FrontierAsync(string id, string? deviceClass = null) => AskAsync(() => _client.FrontierAsync(id, deviceClass));

    /// <inheritdoc/>
    public Task<bool> SupplyAsync(StageReport report) => AskAsync(() => _client.SupplyAsync(report));

    /// <inheritdoc/>
    public Task ResumeAsync(string id, bool retryFailed) => AskAsync(() => _client.ResumeAsync(id, retryFailed));

    /// <inheritdoc/>
    public async Task ExtendAsync(string id, BudgetSettings more)
    {
        // Said as a whole: asking again after a lost answer must not add it twice.
        var summary = await AskAsync(() => _client.SummaryAsync(id)).ConfigureAwait(false);
        var budget = summary.Growth?.Budget ?? throw new InvalidOperationException(
            $"Search '{id}' has no budget to add to: everything that it tries was known at launch.");
        await AskAsync(() => _client.ExtendAsync(id, budget.Plus(more))).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task PrioritiseAsync(string id, SlotSettings slots) => AskAsync(() => _client.PrioritiseAsync(id, slots));

    /// <inheritdoc/>
    public Task<IReadOnlyList<SlotStatus>> WorkersAsync() => AskAsync(_client.WorkersAsync);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SiloMember>> SilosAsync() => AskAsync(_client.SilosAsync);

    /// <inheritdoc/>
    public Task<QueueStatus> QueueAsync(string deviceClass, int limit) => AskAsync(() => _client.QueueAsync(deviceClass, limit));

    /// <inheritdoc/>
    public Task DrainAsync(string worker, bool drained) => AskAsync(() => _client.DrainAsync(worker, drained));

    /// <inheritdoc/>
    public Task CancelAsync(string id, string reason) => AskAsync(() => _client.CancelAsync(id, reason));

    /// <inheritdoc/>
    public Task DeleteAsync(string id) => AskAsync(() => _client.DeleteAsync(id));

    /// <inheritdoc/>
    public Task ForgetStageAsync(StageKey stage) => AskAsync(() => _client.ForgetStageAsync(stage));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _owner.DisposeAsync();

    private async Task AskAsync(Func<Task> call) => await AskAsync(async () =>
    {
        await call().ConfigureAwait(false);
        return true;
    }).ConfigureAwait(false);

    private async Task<T> AskAsync<T>(Func<Task<T>> call, Action<Exception>? lost = null)
    {
        var answer = _retry.CallAsync(call, lost);
        try
        {
            return await answer.WaitAsync(lost is not null ? Timeout.InfiniteTimeSpan : _limit).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new ClusterException(answer.IsCompleted || _address is null
                ? "The process that runs the searches did not answer in time."
                : $"The cluster {_address} did not answer within {_limit.TotalSeconds:F0} s. {ClientErrorFilter.Overload}", e)
            { IsPassing = true };
        }
    }
}
