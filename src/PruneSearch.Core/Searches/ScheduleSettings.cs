using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PruneSearch.Core.Schedules;
using PruneSearch.Core.Settings;

namespace PruneSearch.Core.Searches;

/// <summary>How long a one-shot trajectory is fine-tuned.</summary>
public enum OneShotBudget
{
    /// <summary>As many steps as one iteration of an iterative schedule.</summary>
    OneIteration,

    /// <summary>As many steps as the iterative schedule takes in all to the same level.</summary>
    SameTotal,
}

/// <summary>How much each of several iterations to a level removes.</summary>
public enum ScheduleShape
{
    /// <summary>The same share of the dense detector.</summary>
    Linear,

    /// <summary>The same share of what is left.</summary>
    Geometric,

    /// <summary>Much at first, less and less later (Zhu, Gupta 2017: AGP).</summary>
    Cubic,
}

/// <summary>How the learning rate goes over several iterations.</summary>
public enum IterationRate
{
    /// <summary>Up and down again in each (learning-rate rewinding: Renda, Frankle, Carbin 2020).</summary>
    Restarts,

    /// <summary>Up and down once over all of them.</summary>
    FallsOnce,
}

/// <summary>How trajectories get to their levels; one a level.</summary>
public abstract record ScheduleSettings : IHasForms
{
    /// <summary>One form for each kind of schedule, by the word after <c>kind:</c>.</summary>
    public static SettingsForms Forms => new(
        "kind",
        "All at once, a little again and again, or nothing but training.",
        SettingsForm.Of<OneShot>("one-shot"),
        SettingsForm.Of<Iterative>("iterative"),
        SettingsForm.Of<DenseControl>("dense-control"));

    /// <summary>Unique within a search.</summary>
    [Description("What its trajectories' names begin with; `one-shot-total` when left out with `budget: same-total`, `iterative-falls-once` with " +
        "`rate: falls-once`.")]
    [Identifier(32)]
    public string Name { get => field ?? DefaultName; init; }

    /// <summary>What its trajectories are shown as.</summary>
    public abstract ScheduleKind Kind { get; }

    private protected abstract string DefaultName { get; }

    /// <summary>All at once, then one fine-tuning.</summary>
    public sealed record OneShot : ScheduleSettings
    {
        /// <summary>How long it is fine-tuned.</summary>
        [Description("Fine-tune once as long as one iteration, or as long as the first iterative schedule does in all.")]
        public OneShotBudget Budget { get; init; }

        /// <inheritdoc/>
        public override ScheduleKind Kind => ScheduleKind.OneShot;

        private protected override string DefaultName => Budget == OneShotBudget.SameTotal ? "one-shot-total" : "one-shot";
    }

    /// <summary>A little, fine-tune, and again. Exactly one of step, iterations and ratios says how little.</summary>
    public sealed record Iterative : ScheduleSettings
    {
        /// <summary>The last iteration may remove less.</summary>
        [Description("Share of channels that each iteration removes."), Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
        public double? Step { get; init; }

        /// <summary>A fixed number, however far it is.</summary>
        [Description("Iterations to each level."), Range(1, 1000)]
        public int? Iterations { get; init; }

        /// <summary>How the <see cref="Iterations"/> to a level differ in size.</summary>
        [Description("Iterations of equal size, of an equal share of what is left, or large ones first (AGP); stands with `iterations`.")]
        public ScheduleShape Shape { get; init; }

        /// <summary>Each ratio by itself.</summary>
        [Description("Cumulative shares, ascending; a trajectory takes those below its level, then its level."), MinLength(1)]
        [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
        public IReadOnlyList<double>? Ratios { get; init; }

        /// <summary>With one fall, trajectories to different levels share no iteration: their rates differ from the first step on.</summary>
        [Description("The learning rate warms up and falls in each iteration, or once over all iterations to a level.")]
        public IterationRate Rate { get; init; }

        /// <inheritdoc/>
        public override ScheduleKind Kind => ScheduleKind.Iterative;

        private protected override string DefaultName => Rate == IterationRate.FallsOnce ? "iterative-falls-once" : "iterative";

        /// <summary>Cumulative ratios of a trajectory to <paramref name="level"/>, which is the last of them.</summary>
        /// <exception cref="InvalidOperationException">The schedule does not say how large its iterations are.</exception>
        public IReadOnlyList<double> RatiosTo(double level) => (Step, Iterations, Ratios, Shape) switch
        {
            ({ } step, _, _, _) => PruningSchedule.Constant(step, level),
            (_, { } iterations, _, ScheduleShape.Geometric) => PruningSchedule.Geometric(iterations, level),
            (_, { } iterations, _, ScheduleShape.Cubic) => PruningSchedule.Cubic(iterations, level),
            (_, { } iterations, _, _) => PruningSchedule.Linear(iterations, level),
            (_, _, { } ratios, _) => [.. ratios.Where(r => r < level), level],
            _ => throw new InvalidOperationException($"Schedule '{Name}' has no step, iterations or ratios."),
        };
    }

    /// <summary>Nothing is pruned, only trained as long as the others.</summary>
    public sealed record DenseControl : ScheduleSettings
    {
        /// <inheritdoc/>
        public override ScheduleKind Kind => ScheduleKind.DenseControl;

        private protected override string DefaultName => "dense-control";
    }
}
