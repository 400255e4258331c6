using PruneSearch.Detection;
using PruneSearch.Pruning.Importance;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Pruning.Importance;

/// <summary>
/// The error that zeroing inputs S makes, once the others are re-solved, is w(S)ᵀ · (H⁻¹(S, S))⁻¹ · w(S) (Hassibi, Stork 1993), whatever the order
/// they go in.
/// </summary>
public sealed class ObsSurgeryTests
{
    private const int Inputs = 9;

    [Theory]
    [InlineData(1)]
    [InlineData(7)] // no multiple of what a vector register holds
    [InlineData(16)]
    public void What_goes_one_by_one_costs_as_much_as_all_of_it_at_once(int outputs)
    {
        var random = new Random(outputs);
        var (weights, inverse) = Problem(random, outputs);
        var surgery = new ObsSurgery([.. weights], [.. inverse], Inputs, [0]);
        int[] order = [.. Enumerable.Range(0, Inputs)];
        random.Shuffle(order);
        double total = 0;
        for (int n = 1; n <= Inputs; n++)
        {
            total += surgery.Cost(order[n - 1]);
            surgery.Remove(order[n - 1]);
            Assert.Equal(Error(weights, inverse, outputs, order[..n]), total, 1e-9 * total);
        }
    }

    [Fact]
    public void A_group_that_stands_twice_costs_in_both_places_and_goes_from_both()
    {
        const int Half = 4;
        var (weights, inverse) = Problem(new Random(3), 5);
        ObsSurgery twice = new([.. weights], [.. inverse], Inputs, [0, Half]), single = new([.. weights], [.. inverse], Inputs, [0]);

        foreach (int gone in (int[])[2, 0, 3])
        {
            Assert.All(Enumerable.Range(0, Half), c => Assert.Equal(single.Cost(c) + single.Cost(Half + c), twice.Cost(c), 1e-9));
            twice.Remove(gone);
            single.Remove(gone);
            single.Remove(Half + gone);
        }
    }

    // Weights [inputs, outputs] and the inverse of a positive definite matrix.
    private static (double[] Weights, double[] Inverse) Problem(Random random, int outputs)
    {
        using var scope = NewDisposeScope();
        var factor = tensor(Noise(random, Inputs * Inputs), [Inputs, Inputs]);
        var inverse = linalg.inv(factor.matmul(factor.t()).Plus(eye(Inputs, dtype: ScalarType.Float64)));
        return (Noise(random, Inputs * outputs), [.. inverse.contiguous().data<double>()]);
    }

    private static double[] Noise(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextDouble() - 1)];

    private static double Error(double[] weights, double[] inverse, int outputs, int[] gone)
    {
        using var scope = NewDisposeScope();
        var places = tensor(gone.Select(g => (long)g).ToArray());
        var w = tensor(weights, [Inputs, outputs])[places];
        var block = tensor(inverse, [Inputs, Inputs])[places].index_select(1, places);
        return (w * linalg.inv(block).matmul(w)).sum().item<double>();
    }
}
