using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Tests.Strategies;

public sealed class SobolSequenceTests
{
    [Fact]
    public void The_first_points_are_those_of_the_literature()
    {
        // Bratley, Fox 1988 in two dimensions; Joe, Kuo's program prints the same.
        var points = new SobolSequence(2, seed: null);
        Assert.Equal(
            [(0, 0), (0.5, 0.5), (0.75, 0.25), (0.25, 0.75), (0.375, 0.375), (0.875, 0.875), (0.625, 0.125), (0.125, 0.625)],
            Enumerable.Range(0, 8).Select(i => (points.At(i)[0], points.At(i)[1])));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_block_of_a_power_of_two_fills_each_dimension_evenly(int? seed)
    {
        var points = new SobolSequence(21, seed);
        const int size = 64;
        for (int block = 0; block < 4; block++)
        {
            double[][] part = [.. Enumerable.Range(block * size, size).Select(points.At)];
            for (int d = 0; d < 21; d++)
            {
                Assert.Equal(size, part.Select(p => (int)(p[d] * size)).Distinct().Count());
            }
        }
    }

    [Fact]
    public void The_first_two_dimensions_fill_every_box_of_equal_area()
    {
        var points = new SobolSequence(2, seed: 5);
        double[][] part = [.. Enumerable.Range(0, 64).Select(points.At)];
        for (int wide = 1; wide <= 64; wide *= 2)
        {
            int high = 64 / wide;
            Assert.Equal(64, part.Select(p => ((int)(p[0] * wide), (int)(p[1] * high))).Distinct().Count());
        }
    }

    [Fact]
    public void Another_seed_gives_other_points_and_so_do_dimensions_beyond_the_table()
    {
        double[] one = new SobolSequence(30, 1).At(5), other = new SobolSequence(30, 2).At(5);
        Assert.All(one.Zip(other), pair => Assert.NotEqual(pair.First, pair.Second));
        Assert.Equal(one, new SobolSequence(30, 1).At(5));
        Assert.All(one, v => Assert.InRange(v, 0, 1));
    }
}
