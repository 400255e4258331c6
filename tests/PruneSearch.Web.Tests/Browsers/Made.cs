using System.Globalization;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Tests;

namespace PruneSearch.Web.Tests.Browsers;

/// <summary>Made-up trajectories and reports.</summary>
internal static class Made
{
    public static readonly DateTimeOffset Launched = new(2026, 3, 1, 9, 30, 0, TimeSpan.Zero);

    private static readonly MeasuringDevice Device = new("AMD EPYC", "onnxruntime 1.31.1", 1);

    public static readonly SlotStatus Slot = new(new SlotPresence
    {
        Worker = "slot-1",
        DeviceClass = "cpu",
        Machine = "machine",
        Process = 4711,
        Version = "1.0.0",
        Stage = StageKey.Of([1]),
        Progress = new StageProgress { Part = "fine-tune", Step = 40, Steps = 100 },
        Since = Launched,
    }, TimeSpan.FromSeconds(1), Gone: false);

    public static TrajectoryStatus Trajectory(int i) => new()
    {
        Index = i,
        Name = Name(i),
        Schedule = i == 0 ? ScheduleKind.Base : i % 2 == 0 ? ScheduleKind.OneShot : ScheduleKind.Iterative,
        Ratio = i == 0 ? 0 : .2 + i % 7 * .1,
        State = i == 0 ? WorkState.Completed : i % 50 == 3 ? WorkState.Failed : WorkState.Running,
        Reason = i % 50 == 3 && i > 0 ? $"loss is not finite in {ShownSession.Nasty}" : null,
        LogTail = i % 50 == 3 && i > 0 ? "step 40: loss NaN\ngave up" : null,
        Stages = i == 0 ? 1 : 3,
        CompletedStages = 1,
        Progress = i % 50 == 1 ? new StageProgress { Part = "fine-tune", Step = 40, Steps = 100, Loss = 1.234, ImagesPerSecond = 31.5 } : null,
        Map50 = .6,
    };

    public static string Name(int i) => i == 0 ? "dense" : $"{(i % 2 == 0 ? "one-shot" : "iterative")}-{i}";

    /// <summary>The original, then models that are faster and less accurate, each with a little of its own.</summary>
    public static FrontierPoint Point(int i)
    {
        var random = new Random(i);
        double speed = i == 0 ? 1 : 1 + random.NextDouble() * 2;
        double map = i == 0 ? .7 : .72 - .15 * (speed - 1) * (speed - 1) - random.NextDouble() * .08;
        int trajectory = (i + 1) / 2;
        return new FrontierPoint
        {
            Trajectory = Name(trajectory),
            Schedule = i == 0 ? ScheduleKind.Base : trajectory % 2 == 0 ? ScheduleKind.OneShot : ScheduleKind.Iterative,
            Ratio = i == 0 ? 0 : .4,
            Iteration = i == 0 ? 0 : 1 + i % 2,
            OnFrontier = false,
            Report = Report(i, map, speed),
        };
    }

    /// <summary>What a device says that takes ten times as long, and gains twice as much from pruning.</summary>
    public static DeviceFigure Figure(FrontierPoint point, string deviceClass)
    {
        var slot = point.Report.Latency;
        return new DeviceFigure
        {
            Model = point.Report.Key,
            DeviceClass = deviceClass,
            Latency = slot with { Milliseconds = 10 * slot.Milliseconds, SpeedUp = 2 * slot.SpeedUp - 1, Device = Device with { Processor = "Cortex-A76" } },
        };
    }

    public static StageReport Report(int i, double map, double speed) =>
        MadeUp.Report(map, speed, MadeUp.Key(i.ToString(CultureInfo.InvariantCulture)), MadeUp.Latency(speed, speed * .02, Device)) with
        {
            Map = map * .6,
            Map50Interval = new ConfidenceInterval(map - .02, map + .02),
            ClassAp50 = new() { ["cell"] = map, [ShownSession.Nasty] = map },
            Parameters = (long)(1_200_000 / speed),
            Macs = (long)(16_000_000 / speed),
            ModelBytes = (long)(4_800_000 / speed),
            Channels = new ChannelCount(1000, (int)(1000 / speed)),
            Finished = Launched.AddSeconds(11 * i),
        };
}
