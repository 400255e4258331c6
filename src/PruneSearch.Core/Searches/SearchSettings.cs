using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>What a search shall try, as its file says it and before it is laid out as stages.</summary>
public sealed record SearchSettings
{
    /// <summary>The keys of which exactly one says what is tried.</summary>
    public static IReadOnlyList<string> Tried { get; } = ["trajectories", "search"];

    /// <summary>The user's name for it.</summary>
    [Description("What you call the search; its identifier begins with it."), Identifier(40)]
    public required string Name { get; init; }

    /// <summary>What is trained and evaluated on.</summary>
    [Description("Pictures and annotations.")]
    public required DataSource Data { get; init; }

    /// <summary>The base detector and its training.</summary>
    [Description("The detector that every trajectory starts from.")]
    public required DetectorSource Detector { get; init; }

    /// <summary>How to prune; its ratio is replaced by that of each stage.</summary>
    [SettingKey("pruning"), Description("How channels are removed.")]
    public PruneSettings Prune { get; init; } = new() { Ratio = 0 };

    /// <summary>One iteration's fine-tuning; <see langword="null"/> only evaluates the pruned detectors.</summary>
    [Description("Training after each pruning; none when left out."), MayLack("steps")]
    public FineTuneSettings? FineTune { get; init; }

    /// <summary>Empty for <see cref="Prune"/> and <see cref="FineTune"/> alone.</summary>
    [Description("Ways to prune and train that are tried beside one another; one way when left out."), MinLength(1)]
    public IReadOnlyList<VariantSettings> Variants { get; init; } = [];

    /// <summary>Levels and schedules; none where the search grows.</summary>
    [Description("What to try, written down; or else `search`.")]
    public TrajectorySettings Trajectories { get; init; } = TrajectorySettings.None;

    /// <summary><see langword="null"/> where <see cref="Trajectories"/> are written down.</summary>
    [SettingKey("search"), Description("A space, and what decides what of it is tried; or else `trajectories`.")]
    public StrategySettings? Strategy { get; init; }

    /// <summary>At least two.</summary>
    [Description("What the frontier weighs."), MinLength(2)]
    public IReadOnlyList<Objective> Objectives { get; init; } = [Objective.Map50, Objective.Latency];

    /// <summary>The baseline is filled in for each stage.</summary>
    [Description("How speed is measured.")]
    public MeasureSettings Measure { get; init; } = new();

    /// <summary><see langword="null"/> for nothing: settings of an integer model that is not made count for nothing.</summary>
    [Description("What is exported beside the float model.")]
    public ExportSettings? Export { get; init => field = value is { Quantise: true } ? value : null; }

    /// <summary>Its results are not those of another class.</summary>
    [Description("Whose slots train and measure: `cpu`, `cuda`, or a `device-class` that slots of a cluster were given."), MinLength(1),
     MaxLength(DeviceClasses.MaxLength)]
    public string DeviceClass { get; init; } = DeviceClasses.Cpu;

    /// <summary>The one seed, unless there are several.</summary>
    [Description("Seed of everything random."), Range(0, int.MaxValue)]
    public int Seed { get; init; } = 1;

    /// <summary>All different; empty for <see cref="Seed"/> alone.</summary>
    [Description("Instead of `seed`: every trajectory once for each."), MinLength(1), Range(0, int.MaxValue)]
    public IReadOnlyList<int> Seeds { get; init; } = [];

    /// <summary>It can be changed later.</summary>
    [Description("Which slots it gets when other searches want them too; `prunesearch priority` changes it later.")]
    public SlotSettings Slots { get; init; } = new();

    /// <summary>The largest level that any trajectory may have; 0 for none.</summary>
    public double HighestLevel => Strategy?.Space.HighestLevel ?? Trajectories.Levels.DefaultIfEmpty(0).Max();

    /// <summary>Seeds that every trajectory is made with: at least one.</summary>
    public IReadOnlyList<int> EverySeed => Seeds.Count > 0 ? Seeds : [Seed];
}
