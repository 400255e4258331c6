using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;

namespace PruneSearch.Inference.Latency;

/// <summary>Widths that are predicted to reach a speed.</summary>
/// <param name="Share">Share of the channels that goes from each group.</param>
/// <param name="Widths">Width of every group.</param>
/// <param name="PredictedSpeedUp">Predicted latency of the dense network over that of these widths.</param>
/// <param name="Reached">Whether that is the target; otherwise these are the narrowest widths allowed.</param>
public sealed record SpeedTarget(double Share, SortedDictionary<string, int> Widths, double PredictedSpeedUp, bool Reached);

/// <summary>Turns "twice as fast" into widths.</summary>
public static class WidthsForSpeedUp
{
    private const double Step = 0.005, MaxShare = 0.95;

    /// <summary>The smallest uniform share of channels to remove whose predicted speed-up is the target.</summary>
    /// <param name="latency">A model fitted on the device that counts.</param>
    /// <param name="speedUp">Dense latency over pruned latency, at least 1.</param>
    /// <param name="roundTo">Multiple that widths are rounded to; see <see cref="UniformWidths"/>.</param>
    /// <param name="kinds">Groups that lose channels.</param>
    public static SpeedTarget Find(QuickLatencyModel latency, DetectorModel dense, double speedUp, int roundTo = 8, params ChannelGroupKind[] kinds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(speedUp, 1);
        double before = latency.Predict(dense.Network);
        SpeedTarget? last = null;
        for (int i = 0; i * Step <= MaxShare; i++)
        {
            var widths = UniformWidths.For(dense.Network, i * Step, roundTo, kinds);
            if (last is not null && widths.SequenceEqual(last.Widths))
            {
                continue; // rounding gave the same structure again
            }
            double predicted = before / latency.Predict(dense.Network.With(widths));
            last = new SpeedTarget(i * Step, widths, predicted, predicted >= speedUp);
            if (last.Reached)
            {
                break;
            }
        }
        return last!;
    }
}
