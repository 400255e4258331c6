using PruneSearch.Core.Stages;

namespace PruneSearch.Inference.Measuring;

/// <summary>What was measured of a bundle, as <c>results.json</c> in its folder.</summary>
public sealed record BundleResults
{
    /// <summary>Name of the file in the folder.</summary>
    public const string FileName = "results.json";

    /// <summary>How it is written, see <see cref="MeasuringBundle.CurrentFormat"/>.</summary>
    public required int Format { get; init; }

    /// <summary>The search whose models they are.</summary>
    public required string Search { get; init; }

    /// <summary>Device class that the device is one of.</summary>
    public required string DeviceClass { get; init; }

    /// <summary>A figure for each model that was measured.</summary>
    public required IReadOnlyList<BundleResult> Results { get; init; }

    /// <summary>Reads a file of results and checks its figures.</summary>
    /// <exception cref="FormatException">It is none, of another format, or a figure in it is no number of milliseconds.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static BundleResults Read(string path)
    {
        var read = MeasuringBundle.Parse<BundleResults>(path, r => r.Format, "file of results that 'prunesearch-measure bundle' wrote");
        return read.Results.FirstOrDefault(r => !IsSound(r.Latency) || (r.Quantised is { } int8 && !IsSound(int8))) is { } bad
            ? throw new FormatException($"{path}: the figures of model {bad.Model.Model} are no times above 0") : read;
    }

    private static bool IsSound(LatencyReport latency) => new[]
    {
        latency.Milliseconds, latency.Percentile90, latency.DenseMilliseconds, latency.SpeedUp, latency.SpeedUpLow, latency.SpeedUpHigh,
    }.All(v => double.IsFinite(v) && v > 0);
}

/// <summary>What was measured of one model.</summary>
/// <param name="Model">What was to be measured, and the digests of the files that were.</param>
/// <param name="Latency">Its speed.</param>
/// <param name="Quantised">That of its integer form; <see langword="null"/> where it has none.</param>
public sealed record BundleResult(BundledModel Model, LatencyReport Latency, LatencyReport? Quantised);
