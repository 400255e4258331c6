using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Comparisons;

/// <summary>One arm at one level in one variant, over all seeds that got to their end.</summary>
/// <param name="Results">Its trajectories, by seed; at least one.</param>
public sealed record ArmResult(IReadOnlyList<TrajectoryResult> Results)
{
    /// <summary>Its variant; <see langword="null"/> where there are none, and for the base detector.</summary>
    public string? Variant => Results[0].Variant;

    /// <summary>Name of its schedule.</summary>
    public string Arm => Results[0].Arm;

    /// <summary>How it gets to its level.</summary>
    public ScheduleKind Schedule => Results[0].Schedule;

    /// <summary>Share that was to be removed, 0 to below 1.</summary>
    public double Level => Results[0].Level;

    /// <summary>mAP at IoU 0.5 on the split that counts: the test split where there is one.</summary>
    public Spread Map50 => Spread.Of(Results.Select(r => r.Map50));

    /// <summary>COCO mAP on the same split.</summary>
    public Spread Map => Spread.Of(Results.Select(r => r.Map));

    /// <summary>mAP at IoU 0.5 on the validation split.</summary>
    public Spread ValidationMap50 => Spread.Of(Results.Select(r => r.Report.Map50));

    /// <summary>Mean multiply-accumulate operations for one picture.</summary>
    public double Macs => Results.Average(r => (double)r.Report.Macs);

    /// <summary>Mean number of trainable values.</summary>
    public double Parameters => Results.Average(r => (double)r.Report.Parameters);

    /// <summary>Mean speed over that of the dense original.</summary>
    public double SpeedUp => Results.Average(r => r.SpeedUp);

    /// <summary>Lowest end of the seeds' 95 % intervals of the speed-up.</summary>
    public double SpeedUpLow => Schedule == ScheduleKind.Base ? 1 : Results.Min(r => r.Report.Latency.SpeedUpLow);

    /// <summary>Highest end of the seeds' 95 % intervals of the speed-up.</summary>
    public double SpeedUpHigh => Schedule == ScheduleKind.Base ? 1 : Results.Max(r => r.Report.Latency.SpeedUpHigh);

    /// <summary>Mean optimizer steps after the base detector.</summary>
    public double Steps => Results.Average(r => (double)r.Steps);

    /// <summary>Mean seconds after the base detector.</summary>
    public double Seconds => Results.Average(r => r.Seconds);

    /// <summary>
    /// 95 % interval of how much more mAP at IoU 0.5 it has than another arm, the mean over the seeds of each, over the choice of pictures;
    /// <see langword="null"/> where resamples are not known.
    /// </summary>
    public ConfidenceInterval? Map50Beyond(ArmResult other) =>
        (Resamples, other?.Resamples) is ({ } own, { } others) && own.Count == others.Count
            ? ConfidenceInterval.OfBootstrap(own.Zip(others, (a, b) => a - b)) : null;

    // The mean over the seeds on each resample.
    private IReadOnlyList<double>? Resamples => Results.All(r => r.Resamples is not null)
        ? [.. Enumerable.Range(0, Results.Min(r => r.Resamples!.Map50.Count)).Select(i => Results.Average(r => r.Resamples!.Map50[i]))] : null;

    /// <summary>mAP at IoU 0.5 by seed.</summary>
    public IReadOnlyDictionary<int, double> Map50BySeed => Results.ToDictionary(r => r.Seed, r => r.Map50);
}
