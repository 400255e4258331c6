namespace PruneSearch.Core.Searches;

/// <summary>How a search stands.</summary>
[GenerateSerializer, Alias("prunesearch.SearchStatus")]
public sealed record SearchStatus
{
    /// <summary>Identifier of the search, unique in its home or cluster.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The user's name for it.</summary>
    [Id(1)]
    public required string Name { get; init; }

    /// <summary>
    /// Completed with failures when some trajectories failed, failed when none got beyond the base; waiting when it was interrupted and nobody has resumed it.
    /// </summary>
    [Id(2)]
    public required WorkState State { get; init; }

    /// <summary>When it was launched.</summary>
    [Id(3)]
    public required DateTimeOffset Created { get; init; }

    /// <summary>One a trajectory, in plan order.</summary>
    [Id(4)]
    public required IReadOnlyList<TrajectoryStatus> Trajectories { get; init; }

    /// <summary>Why it failed, was cancelled or waits.</summary>
    [Id(5)]
    public string? Reason { get; init; }

    /// <summary>What was proposed and spent; <see langword="null"/> where everything was known at launch.</summary>
    [Id(6)]
    public GrowthStatus? Growth { get; init; }

    /// <summary>What it shall get of the slots when other searches want them too.</summary>
    [Id(7)]
    public SlotSettings Slots { get; init; } = new();

    /// <summary>How far its measurements are, one a device class on which it measures besides.</summary>
    [Id(8)]
    public IReadOnlyList<MeasuringStatus> Measuring { get; init; } = [];
}
