using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Measuring;

/// <summary>The measurement of one model on one device class: a trajectory of one stage, which is no part of the search's plan.</summary>
/// <param name="model">Key of the stage that made the model.</param>
/// <param name="stage">What to measure.</param>
internal sealed class Measurement(StageKey model, StageDescription stage)
{
    /// <summary>What the names of measurements begin with, and of no trajectory.</summary>
    public const char Mark = '@';

    public StageKey Model => model;

    public string DeviceClass => stage.MeasureOn!;

    public TrajectoryPlan Plan { get; } = new()
    {
        Name = $"{Mark}{stage.MeasureOn}/{model}",
        Schedule = ScheduleKind.Base,
        Ratio = 0,
        Stages = [stage],
    };

    public string Name => Plan.Name;

    public StageKey Key => Plan.Keys[0];

    /// <summary>Its report; <see langword="null"/> while it has none.</summary>
    public StageReport? Report { get; set; }

    /// <summary>Why it failed for good; <see langword="null"/> when it did not.</summary>
    public string? Failure { get; set; }

    /// <summary>Whether a slot is at work on it, as far as is known.</summary>
    public bool IsRunning { get; set; }

    public bool IsOpen => Report is null && Failure is null;
}
