namespace PruneSearch.Core.Searches;

/// <summary>How far the measurements of a search on one device class are.</summary>
/// <param name="Measured">Models that were measured there.</param>
/// <param name="Failed">Models of which that failed for good.</param>
/// <param name="Waiting">Models that are trained and wait for their figure.</param>
/// <param name="Slots">Slots of the class that were heard of lately; <see langword="null"/> while nobody knows.</param>
/// <param name="Reason">Why models wait, or why the last one failed, in one line; <see langword="null"/> for neither.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.MeasuringStatus")]
public sealed record MeasuringStatus(
    [property: Id(0)] string DeviceClass, [property: Id(1)] int Measured, [property: Id(2)] int Failed, [property: Id(3)] int Waiting,
    [property: Id(4)] int? Slots, [property: Id(5)] string? Reason);
