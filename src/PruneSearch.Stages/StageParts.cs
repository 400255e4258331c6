using System.Diagnostics;
using PruneSearch.Core;
using PruneSearch.Core.Stages;

namespace PruneSearch.Stages;

/// <summary>Tells, times and traces the parts of a stage.</summary>
internal sealed class StageParts(TimeProvider time, Action<StageProgress> progress, CancellationToken cancellation)
{
    private long _peak;

    /// <summary>Wall-clock seconds by part.</summary>
    public SortedDictionary<string, double> Seconds { get; } = new(StringComparer.Ordinal);

    /// <summary>Largest resident memory seen at the ends of parts, in bytes.</summary>
    public long PeakMemoryBytes => _peak;

    /// <summary>Runs a part.</summary>
    public T Run<T>(string part, Func<T> work)
    {
        cancellation.ThrowIfCancellationRequested();
        progress(new StageProgress { Part = part });
        using var span = Telemetry.Source.StartActivity(part);
        long start = time.GetTimestamp();
        try
        {
            return work();
        }
        catch (Exception e)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
        finally
        {
            Seconds[part] = Seconds.GetValueOrDefault(part) + time.GetElapsedTime(start).TotalSeconds;
            _peak = Math.Max(_peak, Environment.WorkingSet);
        }
    }
}
