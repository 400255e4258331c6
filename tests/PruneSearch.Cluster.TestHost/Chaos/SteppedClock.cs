using System.Globalization;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>A clock that somebody sets while the process runs: a file says by how many seconds it is wrong.</summary>
internal sealed class SteppedClock(string file) : TimeProvider
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private long _looked = long.MinValue;
    private double _wrong;

    public override DateTimeOffset GetUtcNow()
    {
        long now = Environment.TickCount64;
        if (now - Interlocked.Read(ref _looked) > Look.TotalMilliseconds)
        {
            Interlocked.Exchange(ref _looked, now);
            try
            {
                Volatile.Write(ref _wrong, File.Exists(file) ? double.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : 0);
            }
            catch (Exception e) when (e is IOException or FormatException)
            {
                // It is being written: it holds as it was.
            }
        }
        return base.GetUtcNow() + TimeSpan.FromSeconds(Volatile.Read(ref _wrong));
    }
}
