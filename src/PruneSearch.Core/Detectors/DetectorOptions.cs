namespace PruneSearch.Core.Detectors;

/// <summary>
/// What a family adds to a <see cref="DetectorSpec"/>: a sealed record with a default for each property. Properties with a
/// description are keys of the search file, within the range that stands beside them.
/// </summary>
[GenerateSerializer, Immutable, Alias("prunesearch.DetectorOptions")]
public abstract record DetectorOptions;
