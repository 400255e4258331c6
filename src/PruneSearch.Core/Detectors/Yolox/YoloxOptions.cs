using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace PruneSearch.Core.Detectors.Yolox;

/// <summary>What a YOLOX can be besides its size, its classes and its widths. The defaults are YOLOX-nano.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.YoloxOptions")]
public sealed record YoloxOptions : DetectorOptions
{
    /// <summary>Factor of the number of bottlenecks: 0.33 for nano, tiny and s, 0.67 for m, 1 for l, 1.33 for x.</summary>
    [Id(0)]
    [Description("Factor of the number of bottlenecks: 0.33 for nano, tiny and s, 0.67 for m, 1 for l, 1.33 for x."), Range(0.1, 4.0)]
    public double Depth { get; init; } = 0.33;

    /// <summary>Factor of all widths: 0.25 for nano, 0.375 for tiny, 0.5 for s, 0.75 for m, 1 for l, 1.25 for x.</summary>
    [Id(1)]
    [Description("Factor of all widths: 0.25 for nano, 0.375 for tiny, 0.5 for s, 0.75 for m, 1 for l, 1.25 for x."), Range(0.0625, 4.0)]
    public double Width { get; init; } = 0.25;

    /// <summary>Depthwise separable instead of full 3×3 convolutions: so is nano, and no other.</summary>
    [Id(2)]
    [Description("Depthwise separable instead of full 3×3 convolutions: so is nano, and no other.")]
    public bool Depthwise { get; init; } = true;
}
