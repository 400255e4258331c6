namespace PruneSearch.Core.Detectors.Rules;

/// <summary>What wrong boxes of assigned rows cost.</summary>
public abstract record BoxLossRule
{
    private BoxLossRule()
    {
    }

    /// <summary>Smooth L1 between coded values, quadratic below 1 (Girshick 2015, equation 3).</summary>
    public sealed record SmoothL1 : BoxLossRule;

    /// <summary>L1 between coded values.</summary>
    public sealed record L1 : BoxLossRule;

    /// <summary>1 − IoU², and L1 between coded values at the end of a training (Ge et al. 2021).</summary>
    public sealed record Iou : BoxLossRule
    {
        /// <summary>Weight of the IoU term, above 0.</summary>
        public double Weight { get; init; } = 5;

        /// <summary>Share of the steps, the last ones, that have an L1 term with weight 1 too; 0 to 1.</summary>
        public double L1Share { get; init; }
    }
}
