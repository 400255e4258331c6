using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Client.SearchFiles;

/// <summary>A search file that was read and found valid.</summary>
public sealed record SearchFile
{
    /// <summary>The file, as the user named it.</summary>
    public required string Path { get; init; }

    /// <summary>Its text.</summary>
    public required string Text { get; init; }

    /// <summary>The user's name for the search: letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>Pictures and annotations.</summary>
    public required DataSource Data { get; init; }

    /// <summary>The base detector.</summary>
    public required DetectorSource Detector { get; init; }

    /// <summary>Training before anything is pruned.</summary>
    public FineTuneSettings? BaseFineTune { get; init; }

    /// <summary>How to prune; the ratio is that of the highest level.</summary>
    public required PruneSettings Prune { get; init; }

    /// <summary>Training after each pruning.</summary>
    public FineTuneSettings? FineTune { get; init; }

    /// <summary>Ways to prune and train that are tried beside one another; empty for <see cref="Prune"/> and <see cref="FineTune"/> alone.</summary>
    public IReadOnlyList<VariantSettings> Variants { get; init; } = [];

    /// <summary>Shares of channels to remove, ascending.</summary>
    public required IReadOnlyList<double> Levels { get; init; }

    /// <summary>How to get there.</summary>
    public required IReadOnlyList<ScheduleSettings> Schedules { get; init; }

    /// <summary>What the frontier weighs.</summary>
    public required IReadOnlyList<Objective> Objectives { get; init; }

    /// <summary>How speed is measured.</summary>
    public required MeasureSettings Measure { get; init; }

    /// <summary>What is exported beside the float model; <see langword="null"/> for nothing.</summary>
    public ExportSettings? Export { get; init; }

    /// <summary>Seeds of everything random, at least one, all different.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>What the planner needs, once the base detector is known.</summary>
    public SearchSettings Settings(BaseSettings @base) => new()
    {
        Name = Name,
        Base = @base,
        BaseFineTune = BaseFineTune,
        Prune = Prune,
        FineTune = FineTune,
        Variants = Variants,
        Levels = Levels,
        Schedules = Schedules,
        Objectives = Objectives,
        Measure = Measure,
        Export = Export,
        Seeds = Seeds,
    };
}
