using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Web.Live;

/// <summary>What a page shows of a model among all others: a report without what only the model's own page shows.</summary>
public sealed record LiveModel
{
    /// <summary>Its place among the models of its search, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Position of its report, see <see cref="ReportPage"/>; an integer model has that of its float model.</summary>
    public required int Position { get; init; }

    /// <summary>Name of the first trajectory that has its stage.</summary>
    public required string Trajectory { get; init; }

    /// <summary>Schedule of that trajectory.</summary>
    public required ScheduleKind Schedule { get; init; }

    /// <summary>As the frontier shows it, see <see cref="PointNames"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Its stage.</summary>
    public required StageKey Key { get; init; }

    /// <summary>The stage that it was made from; <see langword="null"/> for the base.</summary>
    public StageKey? Parent { get; init; }

    /// <summary>Whether it computes with 8-bit integers.</summary>
    public required bool IsQuantised { get; init; }

    /// <summary>Share of the original's channels that are gone, 0 to 1.</summary>
    public required double Pruned { get; init; }

    /// <summary>mAP at IoU 0.5, 0 to 1.</summary>
    public required double Map50 { get; init; }

    /// <summary>95 % interval of <see cref="Map50"/>.</summary>
    public ConfidenceInterval? Map50Interval { get; init; }

    /// <summary>COCO mAP, 0 to 1.</summary>
    public required double Map { get; init; }

    /// <summary>95 % interval of <see cref="Map"/>.</summary>
    public ConfidenceInterval? MapInterval { get; init; }

    /// <summary>Median latency of the network alone, in milliseconds.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>Time of the original over its own.</summary>
    public required double SpeedUp { get; init; }

    /// <summary>Lower end of the 95 % interval of <see cref="SpeedUp"/>.</summary>
    public required double SpeedUpLow { get; init; }

    /// <summary>Upper end of the 95 % interval of <see cref="SpeedUp"/>.</summary>
    public required double SpeedUpHigh { get; init; }

    /// <summary>What it was measured on.</summary>
    public required MeasuringDevice Device { get; init; }

    /// <summary>Multiply-accumulate operations for one picture.</summary>
    public required long Macs { get; init; }

    /// <summary>Values that training changes; statistics of batch norms are none.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes of the exported model.</summary>
    public required long Bytes { get; init; }

    /// <summary>Seconds that its stage took.</summary>
    public required double Seconds { get; init; }

    /// <summary>Optimizer steps of its stage.</summary>
    public required int Steps { get; init; }

    /// <summary>When its stage was done; <see langword="null"/> where that was not noted.</summary>
    public required DateTimeOffset? Finished { get; init; }

    /// <summary>Whether it is what costs are relative to: the detector that the search was given.</summary>
    public bool IsBase => Schedule == ScheduleKind.Base && !IsQuantised;

    /// <summary>An accuracy, or a cost as a factor over the original's: better is always larger.</summary>
    /// <param name="original">What is compared with; <see langword="null"/> while it is not known.</param>
    public double Value(Objective objective, LiveModel? original) => objective switch
    {
        Objective.Map50 => Map50,
        Objective.Map => Map,
        Objective.Latency => IsBase ? 1 : SpeedUp, // measured beside itself: what differs from 1 there is noise
        Objective.Macs => (double)(original?.Macs ?? Macs) / Macs,
        Objective.Parameters => (double)(original?.Parameters ?? Parameters) / Parameters,
        _ => (double)(original?.Bytes ?? Bytes) / Bytes,
    };

    /// <summary>The model of a point.</summary>
    /// <param name="point">The point, quantised or not.</param>
    /// <param name="index">See <see cref="Index"/>.</param>
    /// <param name="position">See <see cref="Position"/>.</param>
    /// <param name="same">Gives one object for equal texts and devices: tens of thousands of reports name the same few.</param>
    internal static LiveModel Of(FrontierPoint point, int index, int position, SharedValues same)
    {
        var report = point.Report;
        return new LiveModel
        {
            Index = index,
            Position = position,
            Trajectory = same.Of(point.Trajectory),
            Schedule = point.Schedule,
            Name = PointNames.Of(point),
            Key = report.Key,
            Parent = point.Parent,
            IsQuantised = point.IsQuantised,
            Pruned = point.Pruned,
            Map50 = report.Map50,
            Map50Interval = report.Map50Interval,
            Map = report.Map,
            MapInterval = report.MapInterval,
            Milliseconds = report.Latency.Milliseconds,
            SpeedUp = report.Latency.SpeedUp,
            SpeedUpLow = report.Latency.SpeedUpLow,
            SpeedUpHigh = report.Latency.SpeedUpHigh,
            Device = same.Of(report.Latency.Device),
            Macs = report.Macs,
            Parameters = report.Parameters,
            Bytes = report.ModelBytes,
            Seconds = point.IsQuantised ? 0 : report.Seconds.Values.Sum(),
            Steps = point.IsQuantised ? 0 : report.TrainedSteps,
            Finished = report.Finished,
        };
    }
}
