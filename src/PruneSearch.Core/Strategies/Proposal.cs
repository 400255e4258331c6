namespace PruneSearch.Core.Strategies;

/// <summary>A configuration that a strategy asks for, up to a rung.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.Proposal")]
public sealed record Proposal
{
    /// <summary>One value for each dimension of the space.</summary>
    [Id(0)]
    public required Configuration Configuration { get; init; }

    /// <summary>How far to train it: a rung of the problem.</summary>
    [Id(1)]
    public required int Rung { get; init; }

    /// <summary>Number of the completed trial of the same configuration that it trains on; <see langword="null"/> to start from the base detector.</summary>
    [Id(2)]
    public int? Continues { get; init; }

    /// <summary>For people: why this one, in one phrase.</summary>
    [Id(3)]
    public required string Why { get; init; }

    /// <summary>Expected slot-seconds of new work when it was proposed; <see langword="null"/> where nothing is known of it.</summary>
    [Id(4)]
    public double? Price { get; init; }

    /// <summary>Number of its round, where proposals come in rounds; see <see cref="RoundsStrategy"/>.</summary>
    [Id(5)]
    public int? Round { get; init; }
}
