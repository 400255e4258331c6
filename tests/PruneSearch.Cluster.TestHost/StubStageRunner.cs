using System.Globalization;
using System.Security.Cryptography;
using PruneSearch.Core.Stages;
using PruneSearch.Tests;

namespace PruneSearch.Cluster.TestHost;

/// <summary>
/// Runs stages in no time, or in a given time. The report follows from the key, so every run of a stage answers the same.
/// Every start and end is appended to a log, which shows what ran how often.
/// </summary>
public sealed class StubStageRunner(TimeSpan duration, string? logFile = null) : IStageRunner
{
    /// <summary>The training speed that every stage tells.</summary>
    public const double ImagesPerSecond = 12.5;

    private readonly Lock _gate = new();
    private readonly List<StageKey> _started = [];

    /// <summary>What happens in a stage instead of waiting; for tests of failures.</summary>
    public Action<StageJob, CancellationToken>? Behaviour { get; set; }

    /// <summary>What a stage answers; follows from its key by default.</summary>
    public Func<StageKey, StageReport> Reports { get; set; } = Report;

    /// <summary>Keys in the order in which they were started.</summary>
    public IReadOnlyList<StageKey> Started
    {
        get
        {
            lock (_gate)
            {
                return _started.ToArray();
            }
        }
    }

    /// <inheritdoc/>
    public StageReport Run(StageJob job, Action<StageProgress> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(progress);
        Note("start", job.Key);
        progress(new StageProgress { Part = "fine-tune", Step = 1, Steps = 2, Loss = 0.5, ImagesPerSecond = ImagesPerSecond });
        if (Behaviour is not null)
        {
            Behaviour(job, cancellation);
        }
        else if (cancellation.WaitHandle.WaitOne(duration))
        {
            cancellation.ThrowIfCancellationRequested();
        }
        Note("done", job.Key);
        return Reports(job.Key);
    }

    /// <summary>The report of a key.</summary>
    public static StageReport Report(StageKey key)
    {
        byte[] hash = SHA256.HashData(Convert.FromHexString(key.ToString()));
        double speedUp = 1 + hash[0] / 64.0;
        return MadeUp.Report(hash[1] / 255.0, speedUp, key, MadeUp.Latency(speedUp, 0.1, new("stub", "stub 1", 1))) with
        {
            Map = hash[2] / 512.0,
            ClassAp50 = new(StringComparer.Ordinal) { ["cat"] = hash[3] / 255.0, ["dog"] = double.NaN },
            Parameters = 1000 + hash[4],
            Macs = 100_000 + hash[5],
            ModelBytes = 4000 + hash[6],
            Channels = new(100, 100 - hash[7] % 50),
            Seconds = new(StringComparer.Ordinal) { ["fine-tune"] = 1 },
            Warnings = ["stub"],
            WeightsSha256 = key,
        };
    }

    private void Note(string what, StageKey key)
    {
        lock (_gate)
        {
            if (what == "start")
            {
                _started.Add(key);
            }
            if (logFile is not null)
            {
                File.AppendAllText(logFile, string.Create(CultureInfo.InvariantCulture, $"{what} {key}\n"));
            }
        }
    }
}
