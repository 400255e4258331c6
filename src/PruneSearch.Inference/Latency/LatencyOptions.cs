using PruneSearch.Core.Stages;

namespace PruneSearch.Inference.Latency;

/// <summary>How long and how carefully to measure.</summary>
public sealed record LatencyOptions
{
    /// <summary>Time limit in seconds, above 0, loading and warming up included. <see cref="MinimumSessions"/> are measured all the same.</summary>
    public double MaxSeconds { get; init; } = 10;

    /// <summary>Half-width of the confidence interval, as a share of the speed-up, at which measuring ends; above 0.</summary>
    public double TargetHalfWidth { get; init; } = 0.02;

    /// <summary>Sessions before an interval that is narrow may end the measurement, at least 2: fewer are narrow by chance too often.</summary>
    public int Sessions { get; init; } = 10;

    /// <summary>Sessions whatever the time limit says, at least 2.</summary>
    public int MinimumSessions { get; init; } = 4;

    /// <summary>Untimed runs of each model at the start of a session, at least 1; fast models get more, for 20 ms.</summary>
    public int WarmUpRounds { get; init; } = 3;

    /// <summary>Timed runs of each model in a session, at least 1; fast models get more, for as long as loading and warming up took.</summary>
    public int Rounds { get; init; } = 8;

    /// <summary>Timed runs of each model in a session whatever the time limit says, at least 1.</summary>
    public int MinimumRounds { get; init; } = 3;

    /// <summary>Seed of all orders.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The options that a stage's settings ask for.</summary>
    public static LatencyOptions From(MeasureSettings settings) => new() { MaxSeconds = settings.MaxSeconds };

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxSeconds);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(TargetHalfWidth);
        ArgumentOutOfRangeException.ThrowIfLessThan(Sessions, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumSessions, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(WarmUpRounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Rounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumRounds, 1);
    }
}
