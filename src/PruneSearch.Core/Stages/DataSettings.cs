using System.Text.Json.Serialization;

namespace PruneSearch.Core.Stages;

/// <summary>The data of a stage.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.DataSettings")]
public sealed record DataSettings
{
    /// <summary>Manifest hash of the training split.</summary>
    [Id(0)]
    public required string Train { get; init; }

    /// <summary>Manifest hash of the validation split, on which mAP is computed.</summary>
    [Id(1)]
    public required string Validation { get; init; }

    /// <summary>
    /// Bound of decoded training pictures that are kept in memory, in bytes, at least 0; 0 keeps none. It changes no
    /// result, so it is no part of the stage's identity.
    /// </summary>
    [Id(2), JsonIgnore]
    public long CacheBytes { get; init; } = DefaultCacheBytes;

    /// <summary>1 GiB, where nothing else is said.</summary>
    public const long DefaultCacheBytes = 1L << 30;
}
