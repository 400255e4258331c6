using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;

namespace PruneSearch.Inference.Costs;

/// <summary>
/// What the layers of a network cost on a device, measured where they stand in whole networks of many widths: predicts the latency of structures that
/// were not measured. Good enough to choose by; what is reported is measured.
/// </summary>
public sealed record CostTable
{
    /// <summary>Where it was measured.</summary>
    public required MeasuringDevice Device { get; init; }

    /// <summary>Median latency of the dense network, in milliseconds.</summary>
    public required double DenseMilliseconds { get; init; }

    /// <summary>Widths between two multiples of this cost as much as the upper one, or more: found by measuring.</summary>
    public required int Multiple { get; init; }

    /// <summary>Structures that were measured.</summary>
    public required int Structures { get; init; }

    /// <summary>Error on structures that the fit has not seen, as a share of their latency.</summary>
    public required CostError HeldOut { get; init; }

    /// <summary>One for each layer that takes time.</summary>
    public required IReadOnlyList<LayerCost> Layers { get; init; }

    /// <summary>Group of a block to the group that is read instead where the block is left out; none in tables of before.</summary>
    public IReadOnlyDictionary<string, string> StandIns { get; init; } = new Dictionary<string, string>();

    /// <summary>Predicted latency as a share of the dense network's.</summary>
    /// <param name="widths">Width of every channel group; 0 for all groups of a block that is left out.</param>
    /// <exception cref="KeyNotFoundException">A group is missing.</exception>
    public double ShareOf(IReadOnlyDictionary<string, int> widths)
    {
        string Read(string group) => widths[group] == 0 && StandIns.TryGetValue(group, out string? other) ? Read(other) : group;
        var read = StandIns.Count == 0 ? widths : widths.Keys.ToDictionary(g => g, g => widths[Read(g)], StringComparer.Ordinal);
        return Layers.Where(l => !l.IsGone(widths)).Sum(l => l.At(read, Multiple));
    }

    /// <summary>Predicted latency as a share of the dense network's.</summary>
    public double ShareOf(Network network) => ShareOf(network.Widths);
}

/// <summary>How far predictions are from measurements, as shares of what was measured.</summary>
/// <param name="Mean">Mean absolute error.</param>
/// <param name="Percentile90">What nine of ten errors are below.</param>
/// <param name="Largest">Largest absolute error.</param>
public sealed record CostError(double Mean, double Percentile90, double Largest)
{
    /// <summary>Mean, 90th percentile and largest of the sizes of errors.</summary>
    /// <param name="errors">At least one; the sign does not matter.</param>
    public static CostError Of(IReadOnlyCollection<double> errors)
    {
        double[] sorted = [.. errors.Select(Math.Abs).Order()];
        return new CostError(sorted.Average(), sorted[(int)Math.Ceiling(0.9 * sorted.Length) - 1], sorted[^1]);
    }
}
