using PruneSearch.Core.Detectors;

namespace PruneSearch.Client.SearchFiles;

/// <summary>The base detector as the search file describes it. Paths are absolute.</summary>
public sealed record DetectorSource
{
    /// <summary>The detector; its classes stand for those of the data, which are not known yet.</summary>
    public required DetectorSpec Template { get; init; }

    /// <summary>Pretrained weights; <see langword="null"/> starts from random ones.</summary>
    public string? Weights { get; init; }

    /// <summary>Names of the weights' outputs, background first, for weights with folded batch norms.</summary>
    public string? Labels { get; init; }

    /// <summary>The <c>detector.json</c> that the weights belong to.</summary>
    public string? WeightsDetector { get; init; }

    /// <summary>Training pictures whose statistics fill re-inserted batch norms.</summary>
    public int CalibrationImages { get; init; } = 64;
}
