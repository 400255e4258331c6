namespace PruneSearch.Cluster.Workers;

/// <summary>Tells that a stage does not let go of its slot: only the end of the process frees it.</summary>
internal sealed class StuckSlot
{
    private readonly TaskCompletionSource<string> _reason = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why, in one line; ends when that happens, and never otherwise.</summary>
    public Task<string> Reason => _reason.Task;

    public void Set(string reason) => _reason.TrySetResult(reason);
}
