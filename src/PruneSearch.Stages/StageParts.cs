using System.Diagnostics;
using PruneSearch.Core;
using PruneSearch.Core.Stages;
using PruneSearch.Detection;

namespace PruneSearch.Stages;

/// <summary>Tells, times and traces the parts of a stage.</summary>
internal sealed class StageParts
{
    private readonly TimeProvider _time;
    private readonly Action<StageProgress> _progress;
    private readonly CancellationToken _cancellation;

    /// <summary>Starts a stage: memory that earlier ones left behind goes back to the system first.</summary>
    public StageParts(TimeProvider time, Action<StageProgress> progress, CancellationToken cancellation)
    {
        (_time, _progress, _cancellation) = (time, progress, cancellation);
        NativeMemory.Release();
        ResidentMemory.ResetPeak();
    }

    /// <summary>Wall-clock seconds by part.</summary>
    public SortedDictionary<string, double> Seconds { get; } = new(StringComparer.Ordinal);

    /// <summary>Largest resident memory of the process since the stage began, in bytes.</summary>
    public long PeakMemoryBytes { get; private set; }

    /// <summary>Runs a part.</summary>
    /// <exception cref="StageFailedException">What it computed is not finite.</exception>
    public T Run<T>(string part, Func<T> work)
    {
        _cancellation.ThrowIfCancellationRequested();
        _progress(new StageProgress { Part = part });
        using var span = Telemetry.Source.StartActivity(part);
        long start = _time.GetTimestamp();
        try
        {
            return work();
        }
        catch (Exception e)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            if (e is NotFiniteNumberException)
            {
                throw new StageFailedException($"{part}: {e.Message}", e);
            }
            throw;
        }
        finally
        {
            Seconds[part] = Seconds.GetValueOrDefault(part) + _time.GetElapsedTime(start).TotalSeconds;
            PeakMemoryBytes = Math.Max(PeakMemoryBytes, ResidentMemory.Peak());
        }
    }
}
