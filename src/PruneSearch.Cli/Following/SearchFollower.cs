using PruneSearch.Cli.Sessions;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Following;

/// <summary>Looks at a search again and again until it ended and shows how it stands.</summary>
internal sealed class SearchFollower(CliContext context, ISearchSession session)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Follows it, however long nobody answers meanwhile.</summary>
    /// <returns>Its last status.</returns>
    /// <exception cref="OperationCanceledException">The user interrupted; the search can be resumed.</exception>
    public Task<SearchStatus> FollowAsync(string id, CancellationToken cancellation) => context.IsTerminal
        ? LiveProgress.ShowAsync(context, view => LoopAsync(id, view, cancellation))
        : LoopAsync(id, new PlainProgress(context), cancellation);

    private async Task<SearchStatus> LoopAsync(string id, IProgressView view, CancellationToken cancellation)
    {
        while (true)
        {
            var status = await AskAsync(id, view, cancellation);
            view.Show(status);
            if (status.State.IsOver())
            {
                return status;
            }
            await Task.Delay(context.Interval, context.Time, cancellation);
        }
    }

    private async Task<SearchStatus> AskAsync(string id, IProgressView view, CancellationToken cancellation)
    {
        var since = context.Time.GetUtcNow();
        string? reason = null;
        var answer = session.StatusAsync(id, e => Volatile.Write(ref reason, e.Message));
        while (true)
        {
            try
            {
                return await answer.WaitAsync(Patience, context.Time, cancellation);
            }
            catch (TimeoutException) when (!answer.IsCompleted)
            {
                view.ShowLost(new LostContact(since, Volatile.Read(ref reason)));
            }
        }
    }
}
