using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Comparisons;

/// <summary>What a trajectory came to: its last detector.</summary>
public sealed record TrajectoryResult
{
    /// <summary>Name of the trajectory, unique in its search.</summary>
    public required string Name { get; init; }

    /// <summary>Its variant; <see langword="null"/> where there are none, and for the base detector.</summary>
    public required string? Variant { get; init; }

    /// <summary>Name of its schedule.</summary>
    public required string Arm { get; init; }

    /// <summary>How it gets to its level.</summary>
    public required ScheduleKind Schedule { get; init; }

    /// <summary>Share that was to be removed, 0 to below 1.</summary>
    public required double Level { get; init; }

    /// <summary>Seed of everything random in it.</summary>
    public required int Seed { get; init; }

    /// <summary>Report of its last stage, with the figures on the validation split.</summary>
    public required StageReport Report { get; init; }

    /// <summary>Its figures on the test split; <see langword="null"/> where there is none.</summary>
    public SplitScore? Test { get; init; }

    /// <summary>Its figures on the validation split with their resamples; <see langword="null"/> where they are not known.</summary>
    public SplitScore? Validation { get; init; }

    /// <summary>Its accuracy on resamples of the split that counts; <see langword="null"/> where they are not known.</summary>
    public ScoreResamples? Resamples => (Test ?? Validation)?.Resamples;

    /// <summary>Optimizer steps after the base detector.</summary>
    public required long Steps { get; init; }

    /// <summary>Seconds of all its stages after the base detector, with evaluation and measurement.</summary>
    public required double Seconds { get; init; }

    /// <summary>mAP at IoU 0.5 on the test split, or on the validation split where there is no other.</summary>
    public double Map50 => Test?.Map50 ?? Report.Map50;

    /// <summary>COCO mAP on the same split.</summary>
    public double Map => Test?.Map ?? Report.Map;

    /// <summary>Speed over that of the dense original; 1 for the original itself, whatever its measurement beside itself says.</summary>
    public double SpeedUp => Schedule == ScheduleKind.Base ? 1 : Report.Latency.SpeedUp;
}
