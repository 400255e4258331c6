using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using PruneSearch.Core.Settings;

namespace PruneSearch.Core.Stages;

/// <summary>How to measure speed.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.MeasureSettings")]
public sealed record MeasureSettings
{
    /// <summary>Key of the dense base stage that the speed-up compares with; <see langword="null"/> on the base itself.</summary>
    [Id(0)]
    public StageKey? Baseline { get; init; }

    /// <summary>What users deploy, or what they train with.</summary>
    [Id(1)]
    [Description("What runs the exported network.")]
    public MeasuringEngine Engine { get; init; } = MeasuringEngine.OnnxRuntime;

    /// <summary>Of one run; runs never overlap.</summary>
    [Id(2)]
    [Description("Threads within the network."), Range(1, 256)]
    public int Threads { get; init; } = 1;

    /// <summary>It may end earlier: when its intervals are narrow enough.</summary>
    [Id(3)]
    [Description("Time limit of one measurement, in seconds."), Range(0.0, 3600.0, MinimumIsExclusive = true)]
    public double MaxSeconds { get; init; } = 10;

    /// <summary>
    /// Device classes on which every model is measured besides, when it is trained: part of a search and of no stage, so that the same training serves
    /// all devices.
    /// </summary>
    [Id(4), JsonIgnore]
    [Description("Device class, or a list of them, on whose slots every model is measured besides."), MinLength(1), OneAlone]
    public IReadOnlyList<string> On { get; init; } = [];
}
