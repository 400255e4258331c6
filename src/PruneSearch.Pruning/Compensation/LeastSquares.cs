using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Compensation;

/// <summary>Weights that give the old output from fewer inputs.</summary>
internal static class LeastSquares
{
    private const double StrongestDamping = 100;

    /// <summary>
    /// Minimises E‖W x − W' y_K‖² + λ‖W' − W_K‖², λ = damping · mean variance of y_K. The second term pulls directions
    /// that the data does not determine to the old weights.
    /// </summary>
    /// <param name="weights">W, float64 <c>[outputs, D]</c>.</param>
    /// <param name="cross">Covariance of x with y <c>[D, D]</c>.</param>
    /// <param name="own">Covariance of y <c>[D, D]</c>.</param>
    /// <param name="kept">Indices of the inputs that stay, int64 <c>[K]</c>.</param>
    /// <param name="damping">At least 0; raised tenfold as often as the system is too close to singular.</param>
    /// <returns>W' <c>[outputs, K]</c>; W_K where even strong damping does not help.</returns>
    public static Tensor Solve(Tensor weights, Tensor cross, Tensor own, Tensor kept, double damping)
    {
        using var scope = NewDisposeScope();
        var old = weights.index_select(1, kept);
        var covariance = own.index_select(0, kept).index_select(1, kept);
        covariance = (covariance + covariance.t()) / 2;
        double scale = covariance.diagonal().mean().item<double>();
        if (scale > 0 && double.IsFinite(scale))
        {
            var target = weights.matmul(cross.index_select(1, kept));
            for (double strength = damping; strength <= StrongestDamping; strength = Math.Max(strength * 10, 1e-10))
            {
                double lambda = strength * scale;
                var system = covariance + eye(kept.shape[0], dtype: ScalarType.Float64) * lambda;
                var (factor, info) = linalg.cholesky_ex(system);
                if (info.item<int>() != 0)
                {
                    continue;
                }
                var solution = SolveFactored((target + old * lambda).t(), factor).t();
                if (solution.isfinite().all().item<bool>())
                {
                    return solution.contiguous().MoveToOuterDisposeScope();
                }
            }
        }
        return old.MoveToOuterDisposeScope();
    }

    private static Tensor SolveFactored(Tensor right, Tensor factor)
    {
        var half = linalg.solve_triangular(factor, right, upper: false);
        return linalg.solve_triangular(factor.t(), half, upper: true);
    }
}
