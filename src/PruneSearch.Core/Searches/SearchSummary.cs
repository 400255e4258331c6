namespace PruneSearch.Core.Searches;

/// <summary>How a search stands, in a few numbers: as large for ten thousand trajectories as for one.</summary>
[GenerateSerializer, Alias("prunesearch.SearchSummary")]
public sealed record SearchSummary
{
    /// <summary>Identifier of the search, unique in its home or cluster.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The user's name for it.</summary>
    [Id(1)]
    public required string Name { get; init; }

    /// <summary>Whether the search runs, or ended, and how.</summary>
    [Id(2)]
    public required WorkState State { get; init; }

    /// <summary>When it was launched.</summary>
    [Id(3)]
    public required DateTimeOffset Created { get; init; }

    /// <summary>Why it failed, was cancelled or waits.</summary>
    [Id(4)]
    public string? Reason { get; init; }

    /// <summary>Trajectories that it has by now; one that grows gets more.</summary>
    [Id(5)]
    public required int Trajectories { get; init; }

    /// <summary>Those of them that completed: all of their stages have reports.</summary>
    [Id(6)]
    public required int Completed { get; init; }

    /// <summary>Those of them that failed: a stage did for good.</summary>
    [Id(7)]
    public required int Failed { get; init; }

    /// <summary>Distinct stages in all.</summary>
    [Id(8)]
    public required int Stages { get; init; }

    /// <summary>Those of them that have reports.</summary>
    [Id(9)]
    public required int CompletedStages { get; init; }

    /// <summary>Volume of the frontier, 0 to 1, see <see cref="Frontiers.FrontierVolume"/>.</summary>
    [Id(10)]
    public double FrontierVolume { get; init; }

    /// <summary>What was proposed and spent; <see langword="null"/> where everything was known at launch.</summary>
    [Id(11)]
    public GrowthStatus? Growth { get; init; }

    /// <summary>W3C trace context of its span; <see langword="null"/> of a search that was launched before there were traces.</summary>
    [Id(13)]
    public string? TraceParent { get; init; }

    /// <summary>What it shall get of the slots when other searches want them too.</summary>
    [Id(12)]
    public SlotSettings Slots { get; init; } = new();

    /// <summary>How far its measurements are, one a device class on which it measures besides.</summary>
    [Id(14)]
    public IReadOnlyList<MeasuringStatus> Measuring { get; init; } = [];
}
