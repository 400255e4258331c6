using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Web.Api.Launching;

namespace PruneSearch.Web.Api.Reference;

/// <summary>Answers as the reference shows them: the drawn example of the quickstart, after its first two stages.</summary>
internal static class Examples
{
    private static readonly DateTimeOffset Launched14h = new(2026, 1, 2, 14, 0, 0, TimeSpan.Zero);
    private static readonly StageKey Base = StageKey.Of("original"u8), Pruned = StageKey.Of("pruned"u8);

    public static SearchSummary Summary { get; } = new()
    {
        Id = "quickstart-9113",
        Name = "quickstart",
        State = WorkState.Running,
        Created = Launched14h,
        Trajectories = 7,
        Completed = 1,
        Failed = 0,
        Stages = 6,
        CompletedStages = 2,
        FrontierVolume = 0.31,
    };

    public static StatusView Status { get; } = new(
        new SearchStatus
        {
            Id = Summary.Id,
            Name = Summary.Name,
            State = Summary.State,
            Created = Summary.Created,
            Trajectories =
            [
                new TrajectoryStatus
                {
                    Name = "iterative-40",
                    Schedule = ScheduleKind.Iterative,
                    Ratio = 0.4,
                    State = WorkState.Running,
                    Stages = 3,
                    CompletedStages = 2,
                    Map50 = 0.641,
                    SecondsPerStage = 21,
                    NextStage = StageKey.Of("next"u8),
                    Index = 1,
                },
            ],
        }, 2, 7);

    public static FrontierPoint Point { get; } = new()
    {
        Trajectory = "iterative-40",
        Schedule = ScheduleKind.Iterative,
        Ratio = 0.2,
        Iteration = 1,
        OnFrontier = true,
        Parent = Base,
        Report = new StageReport
        {
            Key = Pruned,
            Map50 = 0.641,
            Map = 0.322,
            ClassAp50 = new() { ["circle"] = 0.7, ["square"] = 0.58 },
            Parameters = 590_000,
            Macs = 8_000_000,
            ModelBytes = 2_370_000,
            Channels = new ChannelCount(5600, 3360),
            Seconds = new() { ["fine-tune"] = 11.2, ["measure"] = 3.2 },
            WeightsSha256 = StageKey.Of("weights"u8),
            Latency = new LatencyReport
            {
                Milliseconds = 0.21,
                Percentile90 = 0.24,
                DenseMilliseconds = 0.3,
                SpeedUp = 1.45,
                SpeedUpLow = 1.44,
                SpeedUpHigh = 1.46,
                Runs = 315,
                Converged = true,
                Device = new MeasuringDevice("AMD EPYC", "onnxruntime 1.31.1", 1),
                Sessions = 3,
                SessionSpeedUps = [1.44, 1.45, 1.46],
            },
        },
    };

    public static ReportPage Reports { get; } = new()
    {
        SearchId = Summary.Id,
        Name = Summary.Name,
        Objectives = [Objective.Map50, Objective.Latency],
        Points = [Point],
        Next = 2,
        Total = 2,
        State = WorkState.Running,
    };

    public static FrontierView Frontier { get; } = new()
    {
        SearchId = Summary.Id,
        Name = Summary.Name,
        Objectives = Reports.Objectives,
        Points = [Point],
    };

    public static LaunchedSearch Launched { get; } = new(Summary, []);
}
