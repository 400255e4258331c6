using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>How fast one model of a search is on a device class.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.DeviceFigure")]
public sealed record DeviceFigure
{
    /// <summary>Key of the stage that made the model.</summary>
    [Id(0)]
    public required StageKey Model { get; init; }

    /// <summary>Whose slot measured it.</summary>
    [Id(1)]
    public required string DeviceClass { get; init; }

    /// <summary>Measured speed, beside the dense model on the same device.</summary>
    [Id(2)]
    public required LatencyReport Latency { get; init; }

    /// <summary>The same of its integer form; <see langword="null"/> where it has none.</summary>
    [Id(3)]
    public LatencyReport? Quantised { get; init; }
}

/// <summary>Some of a search's figures in the order in which they came. Positions do not change, also after a restart.</summary>
/// <param name="Next">Where the next page begins.</param>
/// <param name="Total">Figures that can be asked for now.</param>
/// <param name="State">State of the search.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.FigurePage")]
public sealed record FigurePage(
    [property: Id(0)] IReadOnlyList<DeviceFigure> Figures, [property: Id(1)] int Next, [property: Id(2)] int Total, [property: Id(3)] WorkState State);
