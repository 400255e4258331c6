namespace PruneSearch.Core.Stages;

/// <summary>How to measure speed.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.MeasureSettings")]
public sealed record MeasureSettings
{
    /// <summary>Key of the dense base stage that the speed-up compares with; <see langword="null"/> on the base itself.</summary>
    [Id(0)]
    public string? Baseline { get; init; }

    /// <summary><c>onnxruntime</c> or <c>torch</c>.</summary>
    [Id(1)]
    public string Engine { get; init; } = "onnxruntime";

    /// <summary>Threads within the network, at least 1.</summary>
    [Id(2)]
    public int Threads { get; init; } = 1;

    /// <summary>Time limit of one measurement in seconds, above 0.</summary>
    [Id(3)]
    public double MaxSeconds { get; init; } = 10;
}
