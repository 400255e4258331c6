using System.Text.Json.Serialization;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>How a trajectory gets to its level.</summary>
public enum ScheduleKind
{
    /// <summary>The base detector itself.</summary>
    Base,

    /// <summary>All at once, then one fine-tuning.</summary>
    OneShot,

    /// <summary>A little, fine-tune, and again.</summary>
    Iterative,

    /// <summary>Nothing is pruned, only trained as long as the others.</summary>
    DenseControl,
}

/// <summary>One pruning configuration followed from the base model to its end.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.TrajectoryPlan")]
public sealed record TrajectoryPlan
{
    [NonSerialized]
    private IReadOnlyList<StageKey>? _keys;

    /// <summary>Unique within the search: <c>iterative-40</c>, or <c>classical-iterative-40-s2</c> where there are variants and several seeds.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>How it gets to its level: at once, in iterations, or not at all.</summary>
    [Id(1)]
    public required ScheduleKind Schedule { get; init; }

    /// <summary>Target share of channels to remove, 0 to below 1.</summary>
    [Id(2)]
    public required double Ratio { get; init; }

    /// <summary>Its stages, from the base stage to its last; each one's parent is the one before.</summary>
    [Id(3)]
    public required IReadOnlyList<StageDescription> Stages
    {
        get;
        init => (field, _keys) = (value, null);
    }

    /// <summary>
    /// Name of its schedule, which its siblings at other levels and with other seeds have too; empty in plans from before there were such names.
    /// </summary>
    [Id(20)]
    public string Arm { get; init; } = "";

    /// <summary>Name of its variant; <see langword="null"/> where the search has none, and for the base detector, which all variants share.</summary>
    [Id(21)]
    public string? Variant { get; init; }

    /// <summary>
    /// Keys of its stages, in their order. The plan carries them: each stage names its parent, which <see cref="SearchPlanValidator"/> has checked, so
    /// that only the last one's is computed.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<StageKey> Keys => _keys ??=
        [.. Stages.Skip(1).Select((child, i) => child.Parent ?? Stages[i].ComputeKey()), .. Stages.TakeLast(1).Select(s => s.ComputeKey())];

    /// <summary>Seed of everything random in it.</summary>
    [JsonIgnore]
    public int Seed => Stages.Count > 0 ? Stages[0].Seed : 0;
}

/// <summary>What a search does, fixed at launch: everything, or what a search that grows begins with and how it goes on.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.SearchPlan")]
public sealed record SearchPlan
{
    /// <summary>Identifier, unique in a store: letters, digits and hyphens.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The user's name for it.</summary>
    [Id(1)]
    public required string Name { get; init; }

    /// <summary>Device class whose slots run it, for example <c>cpu</c>.</summary>
    [Id(2)]
    public string DeviceClass { get; init; } = DeviceClasses.Cpu;

    /// <summary>What the frontier weighs.</summary>
    [Id(3)]
    public required IReadOnlyList<Objective> Objectives { get; init; }

    /// <summary>All trajectories; the first is the base detector alone, and so is the first one of every other seed.</summary>
    [Id(4)]
    public required IReadOnlyList<TrajectoryPlan> Trajectories { get; init; }

    /// <summary>When it was launched.</summary>
    [Id(5)]
    public required DateTimeOffset Created { get; init; }

    /// <summary>The search file as the user wrote it, kept for the record.</summary>
    [Id(6)]
    public string Source { get; init; } = "";

    /// <summary>Manifest hash of the test split; no stage sees it. <see langword="null"/> for none.</summary>
    [Id(20)]
    public string? Test { get; init; }

    /// <summary>How it goes on after <see cref="Trajectories"/>; <see langword="null"/> where they are all.</summary>
    [Id(21)]
    public GrowthPlan? Growth { get; init; }

    /// <summary>What it shall get of the slots when other searches want them too, until somebody changes that.</summary>
    [Id(22)]
    public SlotSettings Slots { get; init; } = new();

    /// <summary>Device classes on whose slots every model is measured besides, when its stage has finished; all different.</summary>
    [Id(23)]
    public IReadOnlyList<string> MeasureOn { get; init; } = [];

    /// <summary>Whether its detectors are written as this version writes them: what another version stored or sends may not be.</summary>
    [JsonIgnore]
    public bool IsOfThisVersion => Trajectories.SelectMany(t => t.Stages).Select(s => s.Base).OfType<BaseSettings>()
        .All(b => b.Detector.Format == DetectorSpec.CurrentFormat && (b.WeightsDetector?.Format ?? DetectorSpec.CurrentFormat) == DetectorSpec.CurrentFormat);
}
