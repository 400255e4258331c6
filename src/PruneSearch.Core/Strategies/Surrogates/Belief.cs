namespace PruneSearch.Core.Strategies.Surrogates;

/// <summary>What is thought of a cost: known, or its distance to a floor is log-normal.</summary>
/// <param name="Floor">What the cost does not reach; not used for a known one.</param>
/// <param name="Mean">Mean of the logarithm of the distance; the cost itself where it is known.</param>
/// <param name="Deviation">Standard deviation of the logarithm; 0 for a known cost.</param>
internal readonly record struct Belief(double Floor, double Mean, double Deviation)
{
    /// <summary>A cost that is known.</summary>
    public static Belief Known(double cost) => new(0, cost, 0);

    /// <summary>The cost that is as likely too high as too low.</summary>
    public double Median => Deviation == 0 ? Mean : Floor + Math.Exp(Mean);

    /// <summary>A cost that it is below with the probability of one standard deviation under the mean: 16 %.</summary>
    public double Optimistic => Deviation == 0 ? Mean : Floor + Math.Exp(Mean - Deviation);

    /// <summary>The probability that the cost is at most a threshold.</summary>
    public double Within(double threshold) => Deviation == 0 ? (Mean <= threshold ? 1 : 0)
        : threshold <= Floor ? 0 : NormalDistribution.Below((Math.Log(threshold - Floor) - Mean) / Deviation);

    /// <summary>How much the cost is expected to be below a threshold: E[max(0, threshold − cost)].</summary>
    public double ExpectedBelow(double threshold)
    {
        if (Deviation == 0)
        {
            return Math.Max(0, threshold - Mean);
        }
        double gap = threshold - Floor;
        if (gap <= 0)
        {
            return 0;
        }
        double z = (Math.Log(gap) - Mean) / Deviation;
        return z < -7 ? 0
            : Math.Max(0, gap * NormalDistribution.Below(z) - Math.Exp(Mean + 0.5 * Deviation * Deviation) * NormalDistribution.Below(z - Deviation));
    }
}
