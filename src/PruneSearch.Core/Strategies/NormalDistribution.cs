namespace PruneSearch.Core.Strategies;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    /// <summary>
    /// The probability of a smaller value, exact to 1e-7 of itself: the complementary error function by the Chebyshev fit of Press et al.,
    /// "Numerical Recipes", section 6.2.
    /// </summary>
    public static double Below(double x)
    {
        double z = Math.Abs(x) * 0.7071067811865476, t = 1 / (1 + 0.5 * z);
        double tail = 0.5 * t * Math.Exp(-z * z - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806
            + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))));
        return x < 0 ? tail : 1 - tail;
    }
}
