namespace PruneSearch.Connections.Sessions;

/// <summary>Opens homes and clusters.</summary>
public interface ISearchSessions
{
    /// <summary>Opens the searches of a folder or a cluster; whoever opened them disposes the session.</summary>
    /// <param name="place">The folder, made when it is not there; or the cluster.</param>
    /// <param name="work">Whether this process runs stages; a cluster does so itself.</param>
    /// <exception cref="IOException">The folder cannot be written, or no silo answers.</exception>
    Task<ISearchSession> OpenAsync(SearchPlace place, bool work, CancellationToken cancellation);

    /// <summary>
    /// Opens one to look at for long: it answers through whichever process works on a home, also when that changes, and stands in nobody's way. It
    /// works itself only on what is launched or resumed through it while no other process works; a cluster does so itself.
    /// </summary>
    /// <param name="place">The folder, which is there; or the cluster.</param>
    /// <param name="stuck">Told, in one line, that a stage does not let go of the slot of this process, which therefore has to end.</param>
    /// <exception cref="IOException">The folder cannot be written, or no silo answers.</exception>
    Task<ISearchSession> KeepAsync(SearchPlace place, Action<string> stuck, CancellationToken cancellation);

    /// <summary>Opens the searches of a cluster by its address.</summary>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="IOException">No silo answers.</exception>
    Task<ISearchSession> ConnectAsync(ClusterAddress address, string name, CancellationToken cancellation);
}
