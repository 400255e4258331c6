using System.Text.Json.Serialization;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Growth;

/// <summary>
/// An entry of a search's log of proposals: what the strategy proposed at once, and what it knew. The strategy is pure, so that the log with
/// the search's reports replays to the same proposals.
/// </summary>
[GenerateSerializer, Immutable, Alias("prunesearch.ProposalBatch")]
public sealed record ProposalBatch
{
    /// <summary>Identifier of the search.</summary>
    [Id(0)]
    public required string Search { get; init; }

    /// <summary>Number of the first proposal, counted from 0 over the whole log.</summary>
    [Id(1)]
    public required int First { get; init; }

    /// <summary>How many reports of the search's log were known, its first ones.</summary>
    [Id(2)]
    public required int Reports { get; init; }

    /// <summary>Proposals that were asked for.</summary>
    [Id(3)]
    public required int Slots { get; init; }

    /// <summary>Numbers of earlier proposals that failed since the entry before, or were taken up again after they had failed.</summary>
    [Id(4), JsonPropertyName("turned")]
    public IReadOnlyList<int> FailureChanges { get; init; } = [];

    /// <summary>The proposals, at least one.</summary>
    [Id(5)]
    public required IReadOnlyList<Proposal> Proposals { get; init; }
}
