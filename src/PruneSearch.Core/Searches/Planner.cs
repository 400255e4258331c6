using System.Globalization;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>
/// Lays a search out as trajectories of stages. Trajectories that begin alike name the same parents, so their common
/// stages have equal keys: an iterative trajectory to 40 % contains the one to 20 %, and every one contains the base.
/// </summary>
public static class Planner
{
    /// <summary>Name of the first trajectory: the base detector alone. With several seeds there is one each, named <c>dense-s1</c>.</summary>
    public const string DenseTrajectory = "dense";

    /// <summary>Trajectories of a search at most.</summary>
    public const int MaxTrajectories = 10_000;

    /// <summary>Stages of a search at most, those that trajectories share counted for each of them.</summary>
    public const int MaxStages = 100_000;

    /// <summary>Lays out all trajectories of a search; of one that grows, the base alone.</summary>
    /// <param name="settings">What it shall try.</param>
    /// <param name="base">Its base detector.</param>
    /// <param name="data">Manifest hashes of its data.</param>
    /// <param name="id">Its identifier.</param>
    /// <param name="created">When it is launched.</param>
    /// <param name="source">The search file's text.</param>
    /// <exception cref="ArgumentException">Two trajectories would have one name, or a schedule lacks what it compares with.</exception>
    public static SearchPlan Plan(
        SearchSettings settings, BaseSettings @base, DataSettings data, string id, DateTimeOffset created, string source = "")
    {
        List<TrajectoryPlan> trajectories = [.. settings.EverySeed.SelectMany(seed => OfSeed(settings, @base, data, seed))];
        string? twice = trajectories.GroupBy(t => t.Name).FirstOrDefault(g => g.Count() > 1)?.Key;
        return twice is not null
            ? throw new ArgumentException($"Two trajectories are named '{twice}': give one of their schedules or variants another name.")
            : new SearchPlan
            {
                Id = id,
                Name = settings.Name,
                DeviceClass = settings.DeviceClass,
                Objectives = settings.Objectives,
                Trajectories = trajectories,
                Created = created,
                Source = source,
                Slots = settings.Slots,
                MeasureOn = settings.Measure.On,
                Growth = settings.Strategy is { } strategy ? Growth(settings, strategy) : null,
            };
    }

    private static GrowthPlan Growth(SearchSettings settings, StrategySettings strategy) => new()
    {
        Strategy = strategy.Kind,
        Budget = strategy.Budget,
        Goal = strategy.Goal,
        Reproducible = strategy.Reproducible,
        Seed = strategy.Seed ?? settings.Seed,
        Space = strategy.Space.ToSpace(),
        Prune = settings.Prune,
        FineTune = settings.FineTune,
        Rungs = GrowthPlan.RungsOf(strategy.Kind, settings.FineTune is not null),
    };

    // The base comes first: everything else waits for it. It is the same for all variants, which differ only in what follows.
    private static IEnumerable<TrajectoryPlan> OfSeed(SearchSettings settings, BaseSettings @base, DataSettings data, int seed)
    {
        string suffix = settings.EverySeed.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $"-s{seed}") : "";
        var dense = new Chains(settings, @base, data, seed).Dense();
        yield return dense with { Name = dense.Name + suffix };
        if (settings.Variants.Count == 0)
        {
            foreach (var t in new Chains(settings, @base, data, seed).Trajectories())
            {
                yield return t with { Name = t.Name + suffix };
            }
        }
        foreach (var (v, name, inputSize) in settings.Variants.SelectMany(v => v.BySize().Select(s => (v, s.Name, s.InputSize))))
        {
            var chains = new Chains(settings with { Prune = v.Prune, FineTune = v.FineTune }, @base, data, seed) { InputSize = @base.Other(inputSize) };
            foreach (var t in chains.Trajectories())
            {
                yield return t with { Name = $"{name}-{t.Name}{suffix}", Variant = name };
            }
        }
    }

    private sealed class Chains(SearchSettings settings, BaseSettings @base, DataSettings data, int seed)
    {
        private readonly TrajectorySettings _what = settings.Trajectories;

        private readonly StageDescription _base = new()
        {
            Base = @base,
            Data = data,
            FineTune = settings.Detector.FineTune,
            Measure = settings.Measure with { Baseline = null, On = [] },
            Export = settings.Export,
            Seed = seed,
            DeviceClass = settings.DeviceClass == DeviceClasses.Cpu ? null : settings.DeviceClass,
        };

        /// <summary>Of every stage after the base; <see langword="null"/> for the base's.</summary>
        public int? InputSize { get; init; }

        private StageKey BaseKey => field == default ? field = _base.ComputeKey() : field;

        public TrajectoryPlan Dense() => new() { Name = DenseTrajectory, Arm = DenseTrajectory, Schedule = ScheduleKind.Base, Ratio = 0, Stages = [_base] };

        public List<TrajectoryPlan> Trajectories() =>
        [
            .. _what.Schedules.SelectMany(schedule => schedule switch
            {
                ScheduleSettings.OneShot s => _what.Levels.Select(level => OneShot(s, level)),
                ScheduleSettings.Iterative s => _what.Levels.Select(level => Iterative(s, level)),
                _ => [DenseControl(schedule)],
            }),
        ];

        private TrajectoryPlan OneShot(ScheduleSettings.OneShot schedule, double level)
        {
            int iterations = schedule.Budget == OneShotBudget.SameTotal ? Reference(schedule.Name).RatiosTo(level).Count : 1;
            return Trajectory(schedule, level, [Unprepared(Prune(level) with { FineTune = Longer(iterations) })]);
        }

        private TrajectoryPlan Iterative(ScheduleSettings.Iterative schedule, double level) =>
            Trajectory(schedule, level, Trained(schedule.Rate, [.. schedule.RatiosTo(level).Select(Prune)]));

        // Stages whose learning rate falls once are parts of one training.
        private IEnumerable<StageDescription> Trained(IterationRate rate, IReadOnlyList<StageDescription> stages) =>
            rate == IterationRate.FallsOnce && stages.Count > 1 && Longer(stages.Count) is { } whole
                ? stages.Select((stage, i) => stage with { PartOf = new TrainingPart(i * settings.FineTune!.Steps, whole.Steps) }) : stages;

        // Trained like the iterative arm to the highest level; its reports on the way compare with the lower levels.
        private TrajectoryPlan DenseControl(ScheduleSettings schedule)
        {
            var (rate, iterations) = _what.Schedules.OfType<ScheduleSettings.Iterative>()
                .Select(s => (s.Rate, Count: _what.Levels.Max(level => s.RatiosTo(level).Count)))
                .DefaultIfEmpty((IterationRate.Restarts, 1)).MaxBy(s => s.Item2);
            var stages = Chain(Trained(rate, [.. Enumerable.Repeat(Unprepared(Next()), iterations)]));
            return new TrajectoryPlan { Name = schedule.Name, Arm = schedule.Name, Schedule = ScheduleKind.DenseControl, Ratio = 0, Stages = stages };
        }

        private ScheduleSettings.Iterative Reference(string name) => _what.Schedules.OfType<ScheduleSettings.Iterative>().FirstOrDefault()
            ?? throw new ArgumentException($"Schedule '{name}' takes as many steps as an iterative one, but the search has no iterative schedule.");

        private TrajectoryPlan Trajectory(ScheduleSettings schedule, double level, IEnumerable<StageDescription> stages) => new()
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"{schedule.Name}-{Math.Round(level * 100, 4)}"),
            Arm = schedule.Name,
            Schedule = schedule.Kind,
            Ratio = level,
            Stages = Chain(stages),
        };

        private List<StageDescription> Chain(IEnumerable<StageDescription> stages)
        {
            var chain = new List<StageDescription> { _base };
            foreach (var stage in stages)
            {
                bool first = chain.Count == 1;
                chain.Add(stage with { Parent = first ? BaseKey : chain[^1].ComputeKey(), InputSize = first ? InputSize : null });
            }
            return chain;
        }

        // Where no pruning ever follows, nothing is prepared for one. An iteration is prepared for the next one also where its
        // trajectory ends: a longer one goes on from it.
        private static StageDescription Unprepared(StageDescription stage) =>
            stage.FineTune is { Regularisation: not null } f ? stage with { FineTune = f with { Regularisation = null } } : stage;

        private StageDescription Prune(double ratio) => Next() with { Prune = settings.Prune with { Ratio = ratio } };

        private StageDescription Next() => new()
        {
            Data = data,
            FineTune = settings.FineTune,
            Measure = settings.Measure with { Baseline = BaseKey, On = [] },
            Export = settings.Export,
            Seed = seed,
            DeviceClass = settings.DeviceClass == DeviceClasses.Cpu ? null : settings.DeviceClass,
        };

        private FineTuneSettings? Longer(int iterations) =>
            settings.FineTune is { } f ? f with { Steps = checked(f.Steps * iterations) } : null;
    }
}
