namespace PruneSearch.Core.Searches;

/// <summary>How a search stands that decides itself what to try.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.GrowthStatus")]
public sealed record GrowthStatus
{
    /// <summary>Name of what decides, as the search file has it.</summary>
    [Id(0)]
    public required string Strategy { get; init; }

    /// <summary>Trajectories that it proposed so far.</summary>
    [Id(1)]
    public required int Proposals { get; init; }

    /// <summary>Those of them that have neither completed nor failed.</summary>
    [Id(2)]
    public required int Open { get; init; }

    /// <summary>What finished stages of proposals cost.</summary>
    [Id(3)]
    public required SearchCost Spent { get; init; }

    /// <summary>What may be spent, with what was added since the launch.</summary>
    [Id(4)]
    public required BudgetSettings Budget { get; init; }

    /// <summary>The frontier's volume whenever it grew, oldest first; thinned out to <see cref="LargestCurve"/> points.</summary>
    [Id(5)]
    public required IReadOnlyList<VolumePoint> Curve { get; init; }

    /// <summary>The best model so far as the goal has it; <see langword="null"/> without a goal, and before there is one.</summary>
    [Id(6)]
    public GoalStanding? Goal { get; init; }

    /// <summary>Largest number of points of <see cref="Curve"/>.</summary>
    public const int LargestCurve = 200;
}

/// <summary>Volume of the frontier at a cost.</summary>
/// <param name="Seconds">Slot time spent when the report came that made it grow.</param>
/// <param name="Trajectories">Proposals that had completed.</param>
/// <param name="Volume">0 to 1, see <see cref="Frontiers.FrontierVolume"/>.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.VolumePoint")]
public sealed record VolumePoint([property: Id(0)] double Seconds, [property: Id(1)] int Trajectories, [property: Id(2)] double Volume);

/// <summary>The model that answers a goal best.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.GoalStanding")]
public sealed record GoalStanding
{
    /// <summary>Its name, as the frontier shows it.</summary>
    [Id(0)]
    public required string Model { get; init; }

    /// <summary>Whether it meets the goal; otherwise no model does and this one comes nearest.</summary>
    [Id(1)]
    public required bool Meets { get; init; }

    /// <summary>mAP at IoU 0.5, 0 to 1.</summary>
    [Id(2)]
    public required double Map50 { get; init; }

    /// <summary>COCO mAP, 0 to 1.</summary>
    [Id(3)]
    public required double Map { get; init; }

    /// <summary>Time of the base detector over its own.</summary>
    [Id(4)]
    public required double SpeedUp { get; init; }

    /// <summary>Multiply-accumulate operations for one picture.</summary>
    [Id(5)]
    public required long Macs { get; init; }
}

/// <summary>Where a trajectory came from that a strategy proposed.</summary>
/// <param name="Number">Its place among the proposals, from 0.</param>
/// <param name="Rung">0 for pruned and compensated alone; each rung trains what the one before left longer.</param>
/// <param name="Why">Why it was proposed, in one line.</param>
/// <param name="Seconds">Slot time that its new stages were expected to take; <see langword="null"/> where nothing was known yet.</param>
/// <param name="What">What is tried: keys of the space with their values, in one line.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.ProposalStatus")]
public sealed record ProposalStatus(
    [property: Id(0)] int Number, [property: Id(1)] int Rung, [property: Id(2)] string Why, [property: Id(3)] double? Seconds,
    [property: Id(4)] string What = "");
