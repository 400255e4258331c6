using System.Text.Json.Serialization;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>A report with the trajectory that made it.</summary>
[GenerateSerializer, Alias("prunesearch.FrontierPoint")]
public sealed record FrontierPoint
{
    /// <summary>Name of the first trajectory, in plan order, that has this stage.</summary>
    [Id(0)]
    public required string Trajectory { get; init; }

    /// <summary>Schedule of that trajectory; the base stage is <see cref="ScheduleKind.Base"/>.</summary>
    [Id(1)]
    public required ScheduleKind Schedule { get; init; }

    /// <summary>Share of channels that the stage was to remove in all, 0 to below 1.</summary>
    [Id(2)]
    public required double Ratio { get; init; }

    /// <summary>0 for the base, then 1, 2, …</summary>
    [Id(3)]
    public required int Iteration { get; init; }

    /// <summary>What the stage told.</summary>
    [Id(4)]
    public required StageReport Report { get; init; }

    /// <summary>Whether no other point beats it in every objective.</summary>
    [Id(5)]
    public required bool OnFrontier { get; init; }

    /// <summary>
    /// Share of the original's channels that are gone, 0 to 1: in the groups that are pruned, compared with the detector that the
    /// search was given. 0 for what is not pruned.
    /// </summary>
    [JsonIgnore]
    public double Pruned => Schedule is ScheduleKind.Base or ScheduleKind.DenseControl ? 0 : Report.Channels.Removed;

    /// <summary>Key of the stage that this one went on from; <see langword="null"/> for the base.</summary>
    [Id(10)]
    public StageKey? Parent { get; init; }

    /// <summary>
    /// Numbers that the exported model computes with: <see cref="FrontierPoints.TrainedPrecision"/> or <see cref="FrontierPoints.QuantisedPrecision"/>.
    /// </summary>
    [Id(11)]
    public string Precision { get; init; } = FrontierPoints.TrainedPrecision;

    /// <summary>Whether the model computes with 8-bit integers.</summary>
    [JsonIgnore]
    public bool IsQuantised => Precision == FrontierPoints.QuantisedPrecision;

    /// <summary>Whether it is slower than what it was made from beyond doubt: the intervals of the two speed-ups do not touch.</summary>
    [Id(12)]
    public bool SlowerThanParent { get; init; }
}

/// <summary>All reports of a search, and which of them are worth having.</summary>
[GenerateSerializer, Alias("prunesearch.FrontierView")]
public sealed record FrontierView
{
    /// <summary>Identifier of the search.</summary>
    [Id(0)]
    public required string SearchId { get; init; }

    /// <summary>The user's name for it.</summary>
    [Id(1)]
    public required string Name { get; init; }

    /// <summary>What a point must be beaten in to be off the frontier.</summary>
    [Id(2)]
    public required IReadOnlyList<Objective> Objectives { get; init; }

    /// <summary>All distinct stages that finished; the base detector first, then by latency, slowest first.</summary>
    [Id(3)]
    public required IReadOnlyList<FrontierPoint> Points { get; init; }

    /// <summary>Device class on which the models were measured; <see langword="null"/> for the slots that trained them.</summary>
    [Id(4), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DeviceClass { get; init; }
}
