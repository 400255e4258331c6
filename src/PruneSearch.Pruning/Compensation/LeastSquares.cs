using PruneSearch.Detection;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Compensation;

/// <summary>Weights that give a wanted output from the inputs that there are.</summary>
internal static class LeastSquares
{
    private const double StrongestDamping = 100;

    /// <summary>
    /// Minimises E‖t − W y‖² + λ‖W − W₀‖², λ = damping · mean variance of y. The second term pulls directions that the data
    /// does not determine to the weights as they are (ridge regression: Hoerl, Kennard 1970).
    /// </summary>
    /// <param name="cross">Covariance of t with y, float64 <c>[T, D]</c>.</param>
    /// <param name="own">Covariance of y, float64 <c>[D, D]</c>.</param>
    /// <param name="current">W₀, float64 <c>[T, D]</c>.</param>
    /// <param name="damping">At least 0; raised tenfold as often as the system is too close to singular.</param>
    /// <returns>W <c>[T, D]</c>; W₀ where even strong damping does not help.</returns>
    public static Tensor Solve(Tensor cross, Tensor own, Tensor current, double damping)
    {
        using var scope = NewDisposeScope();
        var covariance = own.Plus(own.t()).Over(2);
        double scale = covariance.diagonal().mean().item<double>();
        if (scale > 0 && double.IsFinite(scale))
        {
            for (double strength = damping; strength <= StrongestDamping; strength = Math.Max(strength * 10, 1e-10))
            {
                double lambda = strength * scale;
                var system = covariance.Plus(eye(own.shape[0], dtype: ScalarType.Float64).Times(lambda));
                var (factor, info) = linalg.cholesky_ex(system);
                if (info.item<int>() != 0)
                {
                    continue;
                }
                var solution = SolveFactored(cross.Plus(current.Times(lambda)).t(), factor).t();
                if (solution.isfinite().all().item<bool>())
                {
                    return solution.contiguous().MoveToOuterDisposeScope();
                }
            }
        }
        return current.clone().MoveToOuterDisposeScope();
    }

    private static Tensor SolveFactored(Tensor right, Tensor factor)
    {
        var half = linalg.solve_triangular(factor, right, upper: false);
        return linalg.solve_triangular(factor.t(), half, upper: true);
    }
}
