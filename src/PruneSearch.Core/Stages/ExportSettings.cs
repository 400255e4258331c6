using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PruneSearch.Core.Settings;

namespace PruneSearch.Core.Stages;

/// <summary>What a stage exports beside the float model.</summary>
[GenerateSerializer, Alias("prunesearch.ExportSettings")]
public sealed record ExportSettings
{
    /// <summary>Whether there is an integer model at all.</summary>
    [Id(0)]
    [SettingKey("int8")]
    [Description("Quantise every model to 8-bit integers too: further points of the frontier, with an accuracy and a latency of their own.")]
    public bool Quantise { get; init; }

    /// <summary>Pictures whose activations are looked at.</summary>
    [Id(1)]
    [Description("Training pictures that the ranges of activations come from."), Range(1, 4096)]
    public int CalibrationImages { get; init; } = 96;

    /// <summary>7 or 8.</summary>
    [Id(2)]
    [Description("Bits of a weight; 7 for x86 processors without VNNI, which would saturate."), Range(7, 8)]
    public int WeightBits { get; init; } = 8;
}
