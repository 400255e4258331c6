using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.TestHost;

/// <summary>Search plans for stub stages.</summary>
public static class Plans
{
    /// <summary>When all of them were launched.</summary>
    public static readonly DateTimeOffset Created = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>Base, one-shot to 40 and 60 %, iterative to 40 and to 60 %: 1 + 2 + 3 distinct stages.</summary>
    public static SearchPlan Small(string id, int seed = 0) => Of(id, seed, [0.4], [0.6], [0.2, 0.4], [0.2, 0.4, 0.6]);

    /// <summary>The same for the slots of a device class.</summary>
    public static SearchPlan SmallOn(string deviceClass, string id, int seed)
    {
        var plan = Small(id, seed);
        var root = plan.Trajectories[0].Stages[0] with { DeviceClass = deviceClass };
        double[][] schedules = [.. plan.Trajectories.Skip(1).Select(t => t.Stages.Skip(1).Select(s => s.Prune!.Ratio).ToArray())];
        return plan with
        {
            DeviceClass = deviceClass,
            Trajectories = [plan.Trajectories[0] with { Stages = [root] }, .. schedules.Select(ratios => Trajectory(root, ratios))],
        };
    }

    /// <summary>The base and one trajectory for each list of cumulative ratios.</summary>
    public static SearchPlan Of(string id, int seed, params double[][] schedules)
    {
        ArgumentNullException.ThrowIfNull(schedules);
        var root = new StageDescription
        {
            Base = new BaseSettings { Detector = SsdFamily.Spec(["cat", "dog"]) },
            Data = new DataSettings { Train = "train", Validation = "validation" },
            Measure = new MeasureSettings(),
            Seed = seed,
        };
        return new SearchPlan
        {
            Id = id,
            Name = $"search {id}",
            Objectives = [Objective.Map50, Objective.Latency],
            Created = Created,
            Trajectories =
            [
                new TrajectoryPlan { Name = "base", Schedule = ScheduleKind.Base, Ratio = 0, Stages = [root] },
                .. schedules.Select(ratios => Trajectory(root, ratios)),
            ],
        };
    }

    /// <summary>The base, and trajectories of some further stages that share nothing but the base.</summary>
    public static SearchPlan Wide(string id, int trajectories, int seed, int stages = 5)
    {
        var plan = Of(id, seed, [.. new[] { 0.1, 0.2, 0.3, 0.4, 0.5 }.Take(stages)]);
        var model = plan.Trajectories[1];
        return plan with
        {
            Trajectories = [plan.Trajectories[0], .. Enumerable.Range(1, trajectories).Select(i => Distinct(model, seed + i))],
        };
    }

    /// <summary>Keys of all distinct stages of a plan.</summary>
    public static IReadOnlyList<StageKey> Keys(this SearchPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return [.. plan.Trajectories.SelectMany(t => t.Stages).Select(s => s.ComputeKey()).Distinct()];
    }

    private static TrajectoryPlan Distinct(TrajectoryPlan model, int seed)
    {
        List<StageDescription> stages = [model.Stages[0]];
        foreach (var stage in model.Stages.Skip(1))
        {
            stages.Add(stage with { Parent = stages[^1].ComputeKey(), Seed = seed });
        }
        return model with { Name = $"trajectory-{seed}", Stages = stages };
    }

    private static TrajectoryPlan Trajectory(StageDescription root, double[] ratios)
    {
        var kind = ratios.Length == 1 ? ScheduleKind.OneShot : ScheduleKind.Iterative;
        List<StageDescription> stages = [root];
        foreach (double ratio in ratios)
        {
            stages.Add(root with
            {
                Base = null,
                Parent = stages[^1].ComputeKey(),
                Prune = new PruneSettings { Ratio = ratio },
                FineTune = new FineTuneSettings { Steps = 2 },
            });
        }
        string name = $"{(kind == ScheduleKind.OneShot ? "one-shot" : "iterative")}-{ratios[^1] * 100:F0}";
        return new TrajectoryPlan { Name = name, Schedule = kind, Ratio = ratios[^1], Stages = stages };
    }
}
