namespace PruneSearch.Core.Strategies.Surrogates;

/// <summary>
/// A scale on which costs are more nearly normal: the logarithm of how far a cost is above a floor. Accuracies crowd at their best and have a
/// long tail of the bad; on this scale small differences among the good count. The floor is what makes the data most probable (Box, Cox 1964,
/// with a shift and the exponent 0); far below all data the scale is nearly straight.
/// </summary>
/// <param name="floor">What no cost reaches.</param>
internal sealed class Warp(double floor)
{
    /// <summary>How far below the smallest cost the floor may be, in typical distances of a cost to the smallest.</summary>
    private static readonly double[] Gaps = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6];

    /// <summary>The cost that nothing reaches; distances are measured from it.</summary>
    public double Floor => floor;

    /// <summary>The warp of some costs.</summary>
    public static Warp Of(IReadOnlyList<double> costs)
    {
        double[] sorted = [.. costs.Order()];
        double typical = sorted[sorted.Length / 2] - sorted[0];
        typical = typical > 0 ? typical : sorted[^1] - sorted[0] > 0 ? sorted[^1] - sorted[0] : Math.Max(Math.Abs(sorted[0]), 1);
        return new Warp(sorted[0] - typical * Gaps.MaxBy(gap => Likelihood(sorted, sorted[0] - gap * typical)));
    }

    /// <summary>The value of a cost on this scale.</summary>
    public double To(double cost) => Math.Log(Math.Max(cost - floor, 1e-12));

    private static double Likelihood(double[] costs, double floor)
    {
        double sum = 0, squares = 0;
        foreach (double cost in costs)
        {
            double value = Math.Log(cost - floor);
            sum += value;
            squares += value * value;
        }
        double mean = sum / costs.Length;
        // A little variance more: two equal costs say nothing.
        return -0.5 * costs.Length * Math.Log(Math.Max(squares / costs.Length - mean * mean, 0) + 1e-6) - sum;
    }
}
