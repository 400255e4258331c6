using PruneSearch.Core.Searches;

namespace PruneSearch.Connections.Sessions;

/// <summary>Looks at a search again and again until it ended and shows how it stands.</summary>
/// <param name="interval">Time between two looks.</param>
public sealed class SearchFollower(ISearchSession session, TimeSpan interval, TimeProvider time)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5);

    /// <summary>Follows it, however long nobody answers meanwhile.</summary>
    /// <param name="view">Shows it.</param>
    /// <param name="cancellation">Stops following; the search goes on.</param>
    /// <returns>Its last status.</returns>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    /// <exception cref="OperationCanceledException">Somebody interrupted.</exception>
    public async Task<SearchStatus> FollowAsync(string id, IProgressView view, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(view);
        while (true)
        {
            var status = await AskAsync(id, view, cancellation).ConfigureAwait(false);
            view.Show(status);
            if (status.State.IsOver())
            {
                return status;
            }
            await Task.Delay(interval, time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<SearchStatus> AskAsync(string id, IProgressView view, CancellationToken cancellation)
    {
        var since = time.GetUtcNow();
        string? reason = null;
        var answer = session.StatusAsync(id, e => Volatile.Write(ref reason, e.Message));
        while (true)
        {
            try
            {
                return await answer.WaitAsync(TimeLimit, time, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException) when (!answer.IsCompleted)
            {
                view.ShowLost(new LostContact(since, Volatile.Read(ref reason)));
            }
        }
    }
}
