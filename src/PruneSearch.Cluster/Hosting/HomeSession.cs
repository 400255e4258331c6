using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Storage;

namespace PruneSearch.Cluster.Hosting;

/// <summary>
/// The searches of a home for as long as somebody looks at them: through the process that works on them or, while there is none, through a host
/// of its own that lets go of the home as soon as another process wants to work there. It works itself on what was launched or resumed through
/// it, while nobody else works, and only until that is over.
/// </summary>
internal sealed class HomeSession : ISearchSession
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250), TimeLimit = TimeSpan.FromSeconds(20);
    private readonly EmbeddedHostOptions _options;
    private readonly string _home;
    private readonly Action<string> _stuck;
    private readonly SemaphoreSlim _opening = new(1);
    private readonly OwnSearches _own = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _watching;
    private HomeHold? _current;

    private HomeSession(EmbeddedHostOptions options, Action<string> stuck)
    {
        (_home, _stuck) = (Path.GetFullPath(options.Home), stuck);
        _options = options with { Home = _home, KeepsOpen = true };
        Checkpoints = new FolderCheckpointStore(_home);
        _watching = Task.Run(WatchAsync);
    }

    /// <inheritdoc/>
    public ICheckpointStore Checkpoints { get; }

    public IGrainFactory? Grains => _current?.Session.Grains;

    /// <summary>Opens a home that is there.</summary>
    /// <param name="options">Of the hosts of its own; whether they run stages is decided here.</param>
    /// <param name="stuck">Told, in one line, that a stage does not let go of the slot of this process, which therefore has to end.</param>
    /// <exception cref="HomeInUseException">The process that has the folder does not answer.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static async Task<HomeSession> OpenAsync(EmbeddedHostOptions options, Action<string> stuck)
    {
        var session = new HomeSession(options, stuck);
        try
        {
            (await session.HoldAsync(work: false).ConfigureAwait(false)).Leave();
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task LaunchAsync(SearchPlan plan) => WorkAsync(plan.Id, s => s.LaunchAsync(plan));

    /// <inheritdoc/>
    public Task ResumeAsync(string id, bool retryFailed) => WorkAsync(id, s => s.ResumeAsync(id, retryFailed));

    /// <inheritdoc/>
    public Task ExtendAsync(string id, BudgetSettings more) => WorkAsync(id, s => s.ExtendAsync(id, more), again: false);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SearchSummary>> ListAsync() => UseAsync(s => s.ListAsync());

    public Task<SearchSummary> SummaryAsync(string id) => UseAsync(s => s.SummaryAsync(id));

    /// <inheritdoc/>
    public Task<SearchStatus> StatusAsync(string id, Action<Exception>? lost = null) => UseAsync(s => s.StatusAsync(id, lost));

    /// <inheritdoc/>
    public Task<SearchPlan> PlanAsync(string id) => UseAsync(s => s.PlanAsync(id));

    /// <inheritdoc/>
    public Task<ReportPage> ReportsAsync(string id, int after, int limit) => UseAsync(s => s.ReportsAsync(id, after, limit));

    /// <inheritdoc/>
    public Task<FrontierView> FrontierAsync(string id, string? deviceClass = null) => UseAsync(s => s.FrontierAsync(id, deviceClass));

    /// <inheritdoc/>
    public Task<bool> SupplyAsync(StageReport report) => UseAsync(s => s.SupplyAsync(report));

    /// <inheritdoc/>
    public Task PrioritiseAsync(string id, SlotSettings slots) => UseAsync(Done(s => s.PrioritiseAsync(id, slots)));

    public Task<IReadOnlyList<SlotStatus>> WorkersAsync() => UseAsync(s => s.WorkersAsync());

    public Task<IReadOnlyList<SiloMember>> SilosAsync() => UseAsync(s => s.SilosAsync());

    public Task<QueueStatus> QueueAsync(string deviceClass, int limit) => UseAsync(s => s.QueueAsync(deviceClass, limit));

    public Task DrainAsync(string worker, bool drained) => UseAsync(Done(s => s.DrainAsync(worker, drained)));

    public Task DeleteAsync(string id) => UseAsync(Done(s => s.DeleteAsync(id)));

    /// <inheritdoc/>
    public Task ForgetStageAsync(StageKey stage) => UseAsync(Done(s => s.ForgetStageAsync(stage)));

    /// <inheritdoc/>
    public Task CancelAsync(string id, string reason) => UseAsync(Done(s => s.CancelAsync(id, reason)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        await _opening.WaitAsync().ConfigureAwait(false); // for good
        await CloseAsync().ConfigureAwait(false);
    }

    private static Func<ISearchSession, Task<bool>> Done(Func<ISearchSession, Task> call) => async session =>
    {
        await call(session).ConfigureAwait(false);
        return true;
    };

    private async Task WorkAsync(string id, Func<ISearchSession, Task> call, bool again = true)
    {
        await UseAsync(Done(call), work: true, again).ConfigureAwait(false);
        _own.Add(id);
    }

    private async Task<T> UseAsync<T>(Func<ISearchSession, Task<T>> call, bool work = false, bool again = true)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var hold = await HoldAsync(work).ConfigureAwait(false);
            try
            {
                var answer = call(hold.Session);
                if (await Task.WhenAny(answer, hold.Gone).ConfigureAwait(false) == answer)
                {
                    return await answer.ConfigureAwait(false);
                }
            }
            catch (Exception e) when (again && HomeHold.IsLost(e) && TimeProvider.System.GetElapsedTime(start) < TimeLimit)
            {
                hold.Lose(); // it ended, or another process has the home now
            }
            finally
            {
                hold.Leave();
            }
            if (!again)
            {
                throw new ClusterException("The process that had the searches ended meanwhile: look whether it was done before you ask again.")
                { IsPassing = true };
            }
        }
    }

    private async Task<HomeHold> HoldAsync(bool work)
    {
        while (true)
        {
            var hold = _current;
            if (hold is not null && (hold.Works || !work) && hold.TryEnter())
            {
                return hold;
            }
            await _opening.WaitAsync(_end.Token).ConfigureAwait(false);
            try
            {
                if (_current == hold)
                {
                    await CloseAsync().ConfigureAwait(false);
                    _current = await OpenAsync(work || !_own.IsEmpty).ConfigureAwait(false);
                }
            }
            finally
            {
                _opening.Release();
            }
        }
    }

    private async Task<HomeHold> OpenAsync(bool work)
    {
        var hold = new HomeHold(await SearchConnection.OpenAsync(_options with { RunSlot = work }, _end.Token).ConfigureAwait(false));
        if (hold is { IsOwn: true, Works: true })
        {
            foreach (string id in await _own.OpenAsync(hold.Session).ConfigureAwait(false))
            {
                await hold.Session.ResumeAsync(id, retryFailed: false).ConfigureAwait(false);
            }
        }
        return hold;
    }

    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _current, null) is { } hold)
        {
            await hold.CloseAsync().ConfigureAwait(false);
        }
    }

    private async Task WatchAsync()
    {
        for (int round = 0; !_end.IsCancellationRequested; round++)
        {
            await Task.Delay(Pace).ConfigureAwait(false);
            try
            {
                await LookAsync(isThorough: round % 4 == 0).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException || HomeHold.IsLost(e))
            {
                // Who asks next is told.
            }
        }
    }

    private async Task LookAsync(bool isThorough)
    {
        var hold = _current;
        if (hold?.StuckStage is { IsCompleted: true } stuck)
        {
            _stuck(await stuck.ConfigureAwait(false));
        }
        bool goes = hold switch
        {
            null => false,
            { IsOwn: true, Works: false } => HomeLock.IsWanted(_home),
            { IsOwn: true } => isThorough && (await _own.OpenAsync(hold.Session).ConfigureAwait(false)).Count == 0,
            _ => !hold.IsThere(_home),
        };
        if (goes)
        {
            hold!.Lose();
            // What was launched here goes on, also when nobody looks.
            (await HoldAsync(work: false).ConfigureAwait(false)).Leave();
        }
    }
}
