using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Frontiers;

/// <summary>
/// How good a search's frontier is in one number, kept up as reports come: the share of the box between the base detector's
/// cost without any accuracy (0) and a perfect detector that costs nothing (1). Accuracies count as they are, all other
/// objectives relative to the base detector. Where latency is an objective, every measuring device has a frontier of its own.
/// </summary>
/// <param name="objectives">What is weighed, at most four.</param>
public sealed class FrontierVolume(IReadOnlyList<Objective> objectives)
{
    private readonly Dictionary<MeasuringDevice, IncrementalFrontier> _frontiers = [];
    private readonly List<StageReport> _early = [];
    private readonly HashSet<string> _bases = [];
    private readonly bool _byDevice = objectives.Contains(Objective.Latency);
    private StageReport? _base;

    /// <summary>The largest share over all devices; 0 before the base detector and something better than it in every objective are known.</summary>
    public double Value => _frontiers.Count == 0 ? 0 : _frontiers.Values.Max(f => f.Hypervolume);

    /// <summary>An objective as a cost that the base detector without any accuracy would have as 1: smaller is better.</summary>
    public static double Cost(Objective objective, StageReport report, StageReport @base)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(@base);
        return objective switch
        {
            Objective.Map50 => 1 - report.Map50,
            Objective.Map => 1 - report.Map,
            Objective.Latency => 1 / report.Latency.SpeedUp,
            Objective.Macs => (double)report.Macs / @base.Macs,
            Objective.Parameters => (double)report.Parameters / @base.Parameters,
            Objective.FileSize => (double)report.ModelBytes / @base.ModelBytes,
            _ => throw new InvalidOperationException($"Objective {objective} has no value."),
        };
    }

    /// <summary>Takes a report in, its quantised model too.</summary>
    /// <param name="isBase">Whether it is that of the base detector; the first one is what costs are relative to.</param>
    public void Add(StageReport report, bool isBase)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (isBase)
        {
            _bases.Add(report.Key);
        }
        if (isBase && _base is null)
        {
            _base = report;
            _early.ForEach(Take);
            _early.Clear();
        }
        if (_base is null)
        {
            _early.Add(report);
        }
        else
        {
            Take(report);
        }
    }

    private void Take(StageReport report)
    {
        // A base is measured beside itself: what differs from 1 there is noise.
        Weigh(_bases.Contains(report.Key) ? report with { Latency = report.Latency with { SpeedUp = 1 } } : report);
        if (report.Quantised is { } int8)
        {
            Weigh(report with { Score = int8 });
        }
    }

    private void Weigh(StageReport report)
    {
        var device = (_byDevice ? report : _base!).Latency.Device;
        if (!_frontiers.TryGetValue(device, out var frontier))
        {
            _frontiers[device] = frontier = new IncrementalFrontier([.. objectives.Select(_ => 1.0)]);
        }
        frontier.Add([.. objectives.Select(objective => Cost(objective, report, _base!))]);
    }
}
