using PruneSearch.Core.Stages;

namespace PruneSearch.Client.SearchFiles;

/// <summary>What a search file says about its base detector: enough to train it, without a search.</summary>
public sealed record TrainingFile
{
    /// <summary>The file, as the user named it.</summary>
    public required string Path { get; init; }

    /// <summary>Pictures and annotations.</summary>
    public required DataSource Data { get; init; }

    /// <summary>The detector.</summary>
    public required DetectorSource Detector { get; init; }

    /// <summary>How it is trained.</summary>
    public required FineTuneSettings FineTune { get; init; }

    /// <summary>How a search would measure it: part of its identity.</summary>
    public required MeasureSettings Measure { get; init; }

    /// <summary>Seed of everything random.</summary>
    public required int Seed { get; init; }
}
