using PruneSearch.Core.Stages;

namespace PruneSearch.Inference.Latency;

/// <summary>How long and how carefully to measure.</summary>
public sealed record LatencyOptions
{
    /// <summary>Time limit in seconds, above 0, warm-up not counted. Each model gets <see cref="MinimumRounds"/> runs all the same.</summary>
    public double MaxSeconds { get; init; } = 10;

    /// <summary>Half-width of the confidence interval, as a share of the speed-up, at which measuring ends; above 0.</summary>
    public double TargetHalfWidth { get; init; } = 0.02;

    /// <summary>Untimed runs of each model at the start, at least 1.</summary>
    public int WarmUpRounds { get; init; } = 10;

    /// <summary>Timed runs of each model whatever the time limit says, at least 3.</summary>
    public int MinimumRounds { get; init; } = 10;

    /// <summary>Resamples of the bootstrap, at least 100.</summary>
    public int Resamples { get; init; } = 1000;

    /// <summary>Seed of the order within rounds and of the bootstrap.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The options that a stage's settings ask for.</summary>
    public static LatencyOptions From(MeasureSettings settings) => new() { MaxSeconds = settings.MaxSeconds };

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxSeconds);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(TargetHalfWidth);
        ArgumentOutOfRangeException.ThrowIfLessThan(WarmUpRounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumRounds, 3);
        ArgumentOutOfRangeException.ThrowIfLessThan(Resamples, 100);
    }
}
