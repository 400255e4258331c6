namespace PruneSearch.Connections.Sessions;

/// <summary>Opens homes and clusters.</summary>
public interface ISearchSessions
{
    /// <summary>Opens one.</summary>
    /// <param name="place">The folder, made when it is not there; or the cluster.</param>
    /// <param name="work">Whether this process runs stages; a cluster does so itself.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">The folder cannot be written, or no silo answers.</exception>
    Task<ISearchSession> OpenAsync(SearchPlace place, bool work, CancellationToken cancellation);
}
