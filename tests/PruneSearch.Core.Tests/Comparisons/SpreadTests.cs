using PruneSearch.Core.Comparisons;

namespace PruneSearch.Core.Tests.Comparisons;

public sealed class SpreadTests
{
    [Fact]
    public void The_deviation_is_that_of_a_sample()
    {
        var spread = Spread.Of([.70, .72, .74]);

        Assert.Equal(.72, spread.Mean, 12);
        Assert.Equal(.02, spread.Deviation, 12); // √((.02² + 0 + .02²) / 2)
        Assert.Equal(.02 / Math.Sqrt(3), spread.StandardError, 12);
        Assert.Equal(3, spread.Count);
    }

    [Fact]
    public void One_value_has_no_spread_and_none_has_no_mean()
    {
        Assert.Equal((.7, double.NaN), (Spread.Of([.7]).Mean, Spread.Of([.7]).Deviation));
        Assert.Equal(double.NaN, Spread.Of([]).Mean);
    }

    [Fact]
    public void Runs_are_compared_seed_by_seed()
    {
        var difference = PairedDifference.Of(
            new Dictionary<int, double> { [1] = .70, [2] = .72, [3] = .74, [9] = .99 },
            new Dictionary<int, double> { [3] = .73, [2] = .70, [1] = .69 })!;

        // .01, .02 and .01: their mean is .04 / 3, their deviation √(.0000333), their standard error a third of .01.
        Assert.Equal(3, difference.Differences.Count);
        Assert.Equal(.04 / 3, difference.Differences.Mean, 12);
        Assert.Equal(.01 / 3, difference.Differences.StandardError, 12);
        Assert.Equal(4.303 * .01 / 3, difference.HalfWidth, 12); // .0143 is more than .0133
        Assert.False(difference.IsBeyondSpread);
    }

    [Fact]
    public void The_same_difference_with_less_spread_is_beyond_it()
    {
        var first = new Dictionary<int, double> { [1] = .70, [2] = .72, [3] = .74 };

        // .02, .02 and .022: mean .0207, standard error .000667, half width .0029.
        var up = PairedDifference.Of(first, new Dictionary<int, double> { [1] = .68, [2] = .70, [3] = .718 })!;
        Assert.Equal(4.303 * .002 / 3, up.HalfWidth, 12);
        Assert.True(up.IsBeyondSpread);
        Assert.True(PairedDifference.Of(new Dictionary<int, double> { [1] = .68, [2] = .70, [3] = .718 }, first)!.IsBeyondSpread);
    }

    [Fact]
    public void One_seed_is_never_beyond_the_spread_and_no_common_seed_is_no_comparison()
    {
        Assert.False(PairedDifference.Of(new Dictionary<int, double> { [1] = .9 }, new Dictionary<int, double> { [1] = .1 })!.IsBeyondSpread);
        Assert.Null(PairedDifference.Of(new Dictionary<int, double> { [1] = .9 }, new Dictionary<int, double> { [2] = .1 }));
    }

    [Fact]
    public void The_quantiles_go_on_smoothly_behind_their_table()
    {
        double HalfWidth(int seeds)
        {
            var values = Enumerable.Range(1, seeds).ToDictionary(s => s, s => s % 2 == 0 ? 1.0 : 0.0);
            var difference = PairedDifference.Of(values, values.ToDictionary(v => v.Key, _ => 0.0))!;
            return difference.HalfWidth / difference.Differences.StandardError;
        }

        Assert.Equal(12.706, HalfWidth(2), 9);
        Assert.Equal(2.042, HalfWidth(31), 9);
        Assert.Equal(2.0395134, HalfWidth(32), 1.1e-4); // 31 degrees of freedom; the next term of the expansion is 8.6e-5
        Assert.Equal(1.9839715, HalfWidth(101), 1e-5); // 100 degrees of freedom
    }

    [Fact]
    public void The_deviation_does_not_drown_in_a_large_mean()
    {
        Assert.Equal(.02, Spread.Of([1e8 + .70, 1e8 + .72, 1e8 + .74]).Deviation, 6);
        Assert.Equal(double.NaN, Spread.Of([]).Deviation);
    }

    [Fact]
    public void Runs_that_do_not_differ_are_not_beyond_the_spread()
    {
        var same = new Dictionary<int, double> { [1] = .5, [2] = .25 };
        var difference = PairedDifference.Of(same, same)!;

        Assert.Equal((0, 0), (difference.Differences.Mean, difference.HalfWidth));
        Assert.False(difference.IsBeyondSpread);
    }
}
