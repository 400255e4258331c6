using PruneSearch.Core.Detectors;

namespace PruneSearch.Core.Stages;

/// <summary>Where the base detector comes from.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.BaseSettings")]
public sealed record BaseSettings
{
    /// <summary>The detector to build, with the classes of the data.</summary>
    [Id(0)]
    public required DetectorSpec Detector { get; init; }

    /// <summary>SHA-256 of the pretrained weights in the checkpoint store; <see langword="null"/> starts from random weights.</summary>
    [Id(1)]
    public string? WeightsSha256 { get; init; }

    /// <summary>The detector that the pretrained weights belong to, with its own class names.</summary>
    [Id(2)]
    public DetectorSpec? WeightsDetector { get; init; }

    /// <summary>Training pictures whose statistics fill re-inserted batch norms, 8 or more.</summary>
    [Id(3)]
    public int CalibrationImages { get; init; } = 64;
}
