using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Following;

/// <summary>Follows a search in this terminal: with a table that is redrawn in place, or line by line.</summary>
internal static class TerminalProgress
{
    /// <summary>Follows it until it ended, however long nobody answers meanwhile.</summary>
    /// <returns>Its last status.</returns>
    /// <exception cref="OperationCanceledException">The user interrupted; the search can be resumed.</exception>
    public static Task<SearchStatus> FollowAsync(CliContext context, ISearchSession session, string id, CancellationToken cancellation)
    {
        var follower = new SearchFollower(session, context.Interval, context.Time);
        return context.IsTerminal
            ? LiveProgress.ShowAsync(context, view => follower.FollowAsync(id, view, cancellation))
            : follower.FollowAsync(id, new PlainProgress(context), cancellation);
    }
}
