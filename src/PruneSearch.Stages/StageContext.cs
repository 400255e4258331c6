using System.Diagnostics;
using PruneSearch.Core;
using PruneSearch.Data.Datasets;
using PruneSearch.Detection;
using static TorchSharp.torch;

namespace PruneSearch.Stages;

/// <summary>What the parts of an attempt at a stage share; tells, times and traces them.</summary>
internal sealed class StageContext
{
    private readonly Action<StageProgress> _progress;

    /// <summary>Starts an attempt: memory that earlier ones left behind goes back to the system first.</summary>
    /// <param name="files">The checkpoint store.</param>
    /// <param name="device">Where to run.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="cancellation">Stops the attempt.</param>
    public StageContext(StageFiles files, StageJob job, Device device, TimeProvider time, Action<StageProgress> progress, CancellationToken cancellation)
    {
        (Files, Job, Device, Time, _progress, Cancellation) = (files, job, device, time, progress, cancellation);
        NativeMemory.Release();
        ResidentMemory.ResetPeak();
    }

    public StageFiles Files { get; }

    public StageJob Job { get; }

    public StageDescription Stage => Job.Description;

    public Device Device { get; }

    public TimeProvider Time { get; }

    public CancellationToken Cancellation { get; }

    /// <summary>Of everything random in the stage.</summary>
    public int Seed => SeedOf(Job.Key);

    /// <summary>Training split, read when it is asked for first.</summary>
    public DetectionDataset Train => field ??= Files.ReadDataset(Stage.Data.Train, Cancellation);

    /// <summary>Validation split, read when it is asked for first.</summary>
    public DetectionDataset Validation => field ??= Files.ReadDataset(Stage.Data.Validation, Cancellation);

    public List<string> Warnings { get; } = [];

    public SortedDictionary<string, double> Seconds { get; } = new(StringComparer.Ordinal);

    /// <summary>Largest resident memory of the process since the attempt began, in bytes.</summary>
    public long PeakMemoryBytes { get; private set; }

    /// <summary>The first 31 bits of a stage's key: equal stages have equal seeds.</summary>
    public static int SeedOf(StageKey key) => (int)(Convert.ToUInt32(key.ToString()[..8], 16) >> 1);

    public void Tell(StageProgress progress) => _progress(progress);

    /// <summary>Runs a part.</summary>
    /// <exception cref="StageFailedException">What it computed is not finite.</exception>
    public T Run<T>(string part, Func<T> work)
    {
        Cancellation.ThrowIfCancellationRequested();
        Tell(new StageProgress { Part = part });
        using var span = Telemetry.Source.StartActivity(part);
        long start = Time.GetTimestamp();
        try
        {
            return work();
        }
        catch (Exception e)
        {
            if (e is not OperationCanceledException and not InputUnavailableException)
            {
                span?.SetTag(Telemetry.ErrorTypeTag, e.GetType().FullName).SetStatus(ActivityStatusCode.Error, e.Message);
            }
            if (e is NotFiniteNumberException)
            {
                throw new StageFailedException($"{part}: {e.Message}", e);
            }
            throw;
        }
        finally
        {
            Seconds[part] = Seconds.GetValueOrDefault(part) + Time.GetElapsedTime(start).TotalSeconds;
            PeakMemoryBytes = Math.Max(PeakMemoryBytes, ResidentMemory.Peak());
        }
    }
}
