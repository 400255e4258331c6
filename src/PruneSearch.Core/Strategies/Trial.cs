using System.Text.Json.Serialization;

namespace PruneSearch.Core.Strategies;

/// <summary>
/// One proposal of a search's log and what has become of it. A configuration that was promoted has several: each of them continues an
/// earlier one and reports only the rungs above that one's.
/// </summary>
[GenerateSerializer, Immutable, Alias("prunesearch.Trial")]
public sealed record Trial
{
    /// <summary>Place in the log, from 0.</summary>
    [Id(0)]
    public required int Number { get; init; }

    /// <summary>The proposal that asked for it.</summary>
    [Id(1)]
    public required Proposal Proposal { get; init; }

    /// <summary>How far it is.</summary>
    [Id(2)]
    public TrialState State { get; init; }

    /// <summary>Results so far, by rung; a failed trial may have some.</summary>
    [Id(3)]
    public IReadOnlyList<RungResult> Results { get; init; } = [];

    /// <summary>One value for each dimension of the space.</summary>
    [JsonIgnore]
    public Configuration Configuration => Proposal.Configuration;

    /// <summary>The rung that it shall reach.</summary>
    [JsonIgnore]
    public int Rung => Proposal.Rung;
}
