using PruneSearch.Connections.Configuration;
using PruneSearch.Connections.Homes;

namespace PruneSearch.Cluster.Hosting;

/// <summary>Another process has the home folder.</summary>
/// <param name="processId">The process, when it told.</param>
public sealed class HomeInUseException(string home, int? processId) : IOException(
    $"Folder {home} is in use by {(processId is { } pid ? $"process {pid}" : "another process")}: one process at a time runs searches there.")
{
    /// <summary>The process, when it told.</summary>
    public int? ProcessId { get; } = processId;
}

/// <summary>Exclusive possession of a home folder. The operating system lets go of it when the process dies.</summary>
internal sealed class HomeLock : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private readonly FileStream _file;

    private HomeLock(FileStream file) => _file = file;

    /// <summary>Takes it; waits for a host that only answers, and lets go when it hears of this, but not for one that works.</summary>
    /// <exception cref="HomeInUseException">A working host has it.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static async Task<HomeLock> TakeAsync(string home, TimeProvider time, CancellationToken cancellation)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            if (TryTake(home) is { } taken)
            {
                File.Delete(WantedPath(home));
                return taken;
            }
            var other = HostFile.TryRead(home);
            if (other is { RunsStages: true } || time.GetElapsedTime(start) > TimeLimit)
            {
                throw new HomeInUseException(home, other?.ProcessId);
            }
            Want(home);
            await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Says that a process waits for the home in order to work there.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Want(string home)
    {
        try
        {
            using var file = new FileStream(WantedPath(home), FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"Folder {home} is not writable: {e.Message}", e);
        }
    }

    /// <summary>Whether a process said lately that it waits for the home in order to work there.</summary>
    public static bool IsWanted(string home) => DateTime.UtcNow - File.GetLastWriteTimeUtc(WantedPath(home)) < Fresh;

    /// <summary>Takes it, or answers <see langword="null"/> when another process has it.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static HomeLock? TryTake(string home)
    {
        string path = Path.Combine(home, "lock");
        try
        {
            OwnerOnly.MakeFolder(home);
            if (!File.Exists(path))
            {
                using var created = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new IOException($"Folder {home} is not writable: {e.Message}", e);
        }
        try
        {
            return new HomeLock(new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"Folder {home} is not writable: {e.Message}", e);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();

    private static string WantedPath(string home) => Path.Combine(home, "lock.wanted");
}
