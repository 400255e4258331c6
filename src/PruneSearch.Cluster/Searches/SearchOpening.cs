using Microsoft.Extensions.Logging;

namespace PruneSearch.Cluster.Searches;

/// <summary>
/// A search that was launched is safe once its plan is stored, and whoever launched it need not wait until it is opened: that happens behind. Whoever
/// asks for it meanwhile waits; what fails is tried again.
/// </summary>
/// <param name="search">The coordinator.</param>
/// <param name="logger">Told about failures.</param>
/// <param name="id">The search.</param>
/// <param name="pause">Between two attempts.</param>
/// <param name="open">Opens it.</param>
internal sealed class SearchOpening(IGrainBase search, ILogger logger, string id, TimeSpan pause, Func<Task> open)
{
    private IGrainTimer? _due;
    private Task? _running;

    /// <summary>It is to be opened soon.</summary>
    public void Begin() => _due ??= search.RegisterGrainTimer(
        _ => search.GuardAsync(logger, id, WaitAsync), new GrainTimerCreationOptions(TimeSpan.Zero, pause) { KeepAlive = true });

    /// <summary>Until it is open, if it is to be opened.</summary>
    public Task WaitAsync() => _due is null ? Task.CompletedTask : _running is null or { IsFaulted: true } ? _running = OpenAsync() : _running;

    private async Task OpenAsync()
    {
        await open();
        _due?.Dispose();
        _due = null;
    }
}
