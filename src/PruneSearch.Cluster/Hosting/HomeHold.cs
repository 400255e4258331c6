using System.Diagnostics;
using PruneSearch.Connections.Homes;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Hosting;

/// <summary>One way to the searches of a home, which ends when its process does, and which several callers use meanwhile.</summary>
/// <param name="connection">The way; disposed of by <see cref="CloseAsync"/>.</param>
internal sealed class HomeHold(SearchConnection connection)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(20);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _users;
    private volatile bool _closed;

    public ISearchSession Session { get; } = SearchSession.OnThisMachine(connection.Client, connection.Store, connection, connection.StuckStage);

    /// <summary>Whether the host is in this process.</summary>
    public bool IsOwn => connection.ProcessId is null;

    /// <summary>Whether the host runs stages.</summary>
    public bool Works => connection.RunsStages;

    /// <summary>As <see cref="EmbeddedHost.StuckStage"/>; <see langword="null"/> where another process works.</summary>
    public Task<string>? StuckStage => connection.StuckStage;

    /// <summary>Ends when nobody will answer here any more.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Whether an answer did not come because nobody is there any more.</summary>
    public static bool IsLost(Exception e) => e is ClusterException { IsPassing: true } or TimeoutException or ObjectDisposedException;

    /// <summary>Begins to use it.</summary>
    /// <returns>Whether it is still open; then <see cref="Leave"/> has to follow.</returns>
    public bool TryEnter()
    {
        Interlocked.Increment(ref _users);
        if (!_closed)
        {
            return true;
        }
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _users);

    /// <summary>Nobody begins to use it any more; who waits for an answer from another process goes elsewhere.</summary>
    public void Lose()
    {
        _closed = true;
        if (!IsOwn)
        {
            _gone.TrySetResult();
        }
    }

    /// <summary>Whether the process at its other end still has the home.</summary>
    public bool IsThere(string home)
    {
        if (HostFile.TryRead(home) is { } file && (file.ProcessId != connection.ProcessId || file.GatewayPort != connection.GatewayPort))
        {
            return false;
        }
        try
        {
            using var process = Process.GetProcessById(connection.ProcessId!.Value);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Waits a moment for those that use it, and ends it.</summary>
    public async Task CloseAsync()
    {
        Lose();
        long start = TimeProvider.System.GetTimestamp();
        while (Volatile.Read(ref _users) > 0 && TimeProvider.System.GetElapsedTime(start) < TimeLimit)
        {
            await Task.Delay(Pause).ConfigureAwait(false);
        }
        _gone.TrySetResult();
        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
