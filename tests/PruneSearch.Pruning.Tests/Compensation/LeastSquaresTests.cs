using PruneSearch.Pruning.Compensation;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Pruning.Compensation;

public sealed class LeastSquaresTests
{
    [Fact]
    public void A_small_system_is_solved_as_by_hand()
    {
        // C = [[2, 1], [1, 2]], cross = [3, 3]: W = [1, 1].
        Assert.Equal([1.0, 1.0], Solve([3, 3], [2, 1, 1, 2], [9, 9], 0), Near(1e-12));
        // λ = 0.5 · 2 = 1, pull [3, 0]: (C + I) W = [6, 3] → W = [15 / 8, 3 / 8].
        Assert.Equal([15 / 8.0, 3 / 8.0], Solve([3, 3], [2, 1, 1, 2], [3, 0], 0.5), Near(1e-12));
    }

    [Fact]
    public void A_singular_covariance_shares_the_weight_of_equal_inputs()
    {
        double[] weights = Solve([4, 4], [1, 1, 1, 1], [0, 0], 0); // y₁ = y₂: only the sum is determined, and it is 4
        Assert.Equal(4, weights.Sum(), 1e-3);
        Assert.Equal(weights[0], weights[1], 1e-3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Without_any_variance_or_with_broken_numbers_the_weights_stay(double variance) =>
        Assert.Equal([7.0, -2.0], Solve([1, 1], [variance, 0, 0, variance], [7, -2], 1e-3));

    [Fact]
    public void A_broken_cross_covariance_leaves_the_weights() => Assert.Equal([7.0, -2.0], Solve([double.NaN, 1], [1, 0, 0, 1], [7, -2], 1e-3));

    [Fact]
    public void Undetermined_directions_keep_their_weight()
    {
        double[] weights = Solve([3, 0], [1, 0, 0, 0], [1, 5], 1e-6); // the second input never varies
        Assert.Equal(3, weights[0], 1e-4);
        Assert.Equal(5, weights[1], 1e-9);
    }

    private static Func<double, double, bool> Near(double tolerance) => (a, b) => Math.Abs(a - b) < tolerance;

    private static double[] Solve(double[] cross, double[] own, double[] current, double damping)
    {
        using var scope = NewDisposeScope();
        return LeastSquares.Solve(tensor(cross, [1, 2]), tensor(own, [2, 2]), tensor(current, [1, 2]), damping).data<double>().ToArray();
    }
}
