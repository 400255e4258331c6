using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cli.Frontiers;

/// <summary>
/// What a frontier is drawn over: its first accuracy and its first cost. Costs are drawn as factors over the original, so that better is always right and up.
/// </summary>
internal sealed class PlotAxes
{
    private readonly FrontierView _view;
    private readonly Objective _accuracy, _cost;
    private readonly FrontierPoint? _original;

    public PlotAxes(FrontierView view)
    {
        _view = view;
        _accuracy = view.Objectives.FirstOrDefault(o => o is Objective.Map50 or Objective.Map, Objective.Map50);
        _cost = view.Objectives.FirstOrDefault(o => o is not (Objective.Map50 or Objective.Map), Objective.Latency);
        _original = view.Points.FirstOrDefault(p => p is { Iteration: 0, Precision: FrontierPoints.TrainedPrecision });
    }

    /// <summary>Whether speed is drawn, which has confidence intervals and belongs to a device.</summary>
    public bool IsLatency => _cost == Objective.Latency;

    public string XLabel => _cost switch
    {
        Objective.Macs => "times fewer MACs than the original (larger is less work)",
        Objective.Parameters => "times fewer parameters than the original",
        Objective.FileSize => "times smaller as a file than the original",
        _ => "speed-up over the original (times, larger is faster)" + Device,
    };

    public string YLabel => _accuracy == Objective.Map ? "COCO mAP (IoU 0.5 to 0.95), validation split" : "mAP at IoU 0.5, validation split";

    public string SameLabel => IsLatency ? "as fast as the original" : "as the original";

    /// <summary>Factor over the original, which is 1 for the original itself, whatever noise its measurement beside itself had.</summary>
    public double X(FrontierPoint p) => p is { Iteration: 0, Precision: FrontierPoints.TrainedPrecision } ? 1 : IsLatency ? p.Report.Latency.SpeedUp
        : _original is null ? double.NaN : _cost.Cost(_original.Report) / _cost.Cost(p.Report);

    public double Y(FrontierPoint p) => _accuracy == Objective.Map ? p.Report.Map : p.Report.Map50;

    /// <summary>Where <see cref="Y"/> lies, over the choice of pictures; <see langword="null"/> where that is not known.</summary>
    public ConfidenceInterval? YInterval(FrontierPoint p) => _accuracy == Objective.Map ? p.Report.MapInterval : p.Report.Map50Interval;

    private string Device
    {
        get
        {
            var devices = _view.Points.Select(p => p.Report.Latency.Device).Distinct().ToList();
            return devices.Count switch
            {
                0 => "",
                1 => $" · {devices[0].Engine}, {devices[0].Threads} thread(s), batch 1",
                _ => $" · {devices.Count} devices, a frontier each, batch 1",
            };
        }
    }
}
