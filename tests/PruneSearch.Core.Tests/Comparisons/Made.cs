using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Tests;

namespace PruneSearch.Core.Tests.Comparisons;

/// <summary>A made-up search with two levels, and reports of its stages. Its figures are no measurements.</summary>
internal static class Made
{
    private static readonly DetectorSpec Detector = SsdFamily.Spec(["cat"]);

    public static SearchPlan Plan(IReadOnlyList<int> seeds, params VariantSettings[] variants) => Planner.Plan(
        new SearchSettings
        {
            Name = "made",
            Data = new DataSource.Shapes(),
            Detector = new() { Template = Detector, FineTune = new() { Steps = 300 } },
            Prune = new() { Ratio = 0.4 },
            FineTune = new() { Steps = 50 },
            Trajectories = new()
            {
                Levels = [0.2, 0.4],
                Schedules = [new ScheduleSettings.Iterative { Step = 0.2 }, new ScheduleSettings.OneShot(), new ScheduleSettings.DenseControl()],
            },
            Seeds = seeds,
            Variants = variants,
        },
        new BaseSettings { Detector = Detector },
        new DataSettings { Train = new string('a', 64), Validation = new string('b', 64) }, "made-0001", DateTimeOffset.UnixEpoch);

    /// <summary>Everything finished, but for what <paramref name="done"/> says; stages take ten seconds each.</summary>
    public static ReportedSearch Status(
        SearchPlan plan, Func<TrajectoryPlan, double> map50, Func<TrajectoryPlan, double>? speedUp = null, Func<TrajectoryPlan, int>? done = null) => new()
        {
            Status = Status(plan, done is null ? WorkState.Completed : WorkState.Failed),
            Reports = plan.Trajectories.ToDictionary(t => t.Name, t => (IReadOnlyList<StageReport>)
            [
                .. t.Stages.Take(done?.Invoke(t) ?? t.Stages.Count).Select(s => Report(s, map50(t), speedUp?.Invoke(t) ?? 1 + t.Ratio)),
            ]),
        };

    private static SearchStatus Status(SearchPlan plan, WorkState state) => new()
    {
        Id = plan.Id,
        Name = plan.Name,
        State = WorkState.Completed,
        Created = plan.Created,
        Trajectories = [.. plan.Trajectories.Select(t => new TrajectoryStatus
        {
            Name = t.Name,
            Schedule = t.Schedule,
            Ratio = t.Ratio,
            State = state,
            Stages = t.Stages.Count,
            CompletedStages = t.Stages.Count,
            Reason = "the loss diverged",
        })],
    };

    private static StageReport Report(StageDescription stage, double map50, double speedUp) =>
        MadeUp.Report(map50, speedUp, stage.ComputeKey(), MadeUp.Latency(speedUp, .05)) with { TrainedSteps = stage.FineTune?.Steps ?? 0 };

    public static SearchResults Results(Func<TrajectoryPlan, double> map50, Func<TrajectoryPlan, double>? speedUp = null, params int[] seeds)
    {
        var plan = Plan(seeds.Length == 0 ? [1, 2] : seeds);
        return SearchResults.From(plan, Status(plan, map50, speedUp), null);
    }
}
