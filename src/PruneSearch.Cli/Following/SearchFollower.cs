using PruneSearch.Cli.Sessions;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Following;

/// <summary>Looks at a search again and again until it ended and shows how it stands.</summary>
internal sealed class SearchFollower(CliContext context, ISearchSession session)
{
    /// <summary>Follows it.</summary>
    /// <returns>Its last status.</returns>
    /// <exception cref="OperationCanceledException">The user interrupted; the search can be resumed.</exception>
    public Task<SearchStatus> FollowAsync(string id, CancellationToken cancellation) => context.IsTerminal
        ? LiveProgress.ShowAsync(context, show => LoopAsync(id, show, cancellation))
        : LoopAsync(id, new PlainProgress(context).Show, cancellation);

    private async Task<SearchStatus> LoopAsync(string id, Action<SearchStatus> show, CancellationToken cancellation)
    {
        while (true)
        {
            var status = await session.StatusAsync(id, patiently: true).WaitAsync(cancellation).ConfigureAwait(false);
            show(status);
            if (status.State.IsOver())
            {
                return status;
            }
            await Task.Delay(context.Interval, context.Time, cancellation).ConfigureAwait(false);
        }
    }
}
