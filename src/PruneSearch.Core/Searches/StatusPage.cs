namespace PruneSearch.Core.Searches;

/// <summary>How far somebody who looks at a search again and again has seen its changes. The default has seen nothing.</summary>
/// <param name="Source">Who counts the changes: another coordinator counts anew, and then everything is shown again.</param>
/// <param name="Revision">The last change that was seen.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.StatusPosition")]
public readonly record struct StatusPosition([property: Id(0)] Guid Source, [property: Id(1)] long Revision);

/// <summary>What changed in a search since somebody looked last; as large as the changes, not as the search.</summary>
[GenerateSerializer, Alias("prunesearch.StatusPage")]
public sealed record StatusPage
{
    /// <summary>How the search stands.</summary>
    [Id(0)]
    public required SearchSummary Summary { get; init; }

    /// <summary>Trajectories that changed, the oldest changes first.</summary>
    [Id(1)]
    public required IReadOnlyList<TrajectoryStatus> Changed { get; init; }

    /// <summary>Where to go on.</summary>
    [Id(2)]
    public required StatusPosition Next { get; init; }

    /// <summary>Whether there are no more changes at the moment.</summary>
    [Id(3)]
    public required bool IsLast { get; init; }
}
