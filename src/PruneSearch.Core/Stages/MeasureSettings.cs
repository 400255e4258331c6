using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

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
    [Description("What runs the exported network."), AllowedValues("onnxruntime", "torch")]
    public string Engine { get; init; } = "onnxruntime";

    /// <summary>Threads within the network, at least 1.</summary>
    [Id(2)]
    [Description("Threads within the network."), Range(1, 256)]
    public int Threads { get; init; } = 1;

    /// <summary>Time limit of one measurement in seconds, above 0.</summary>
    [Id(3)]
    [Description("Time limit of one measurement."), Range(0.0, 3600.0, MinimumIsExclusive = true)]
    public double MaxSeconds { get; init; } = 10;
}
