using PruneSearch.Core.Strategies;
using PruneSearch.Core.Tests.Growth;

namespace PruneSearch.Core.Tests.Strategies;

public sealed class PriceFactorsTests
{
    private readonly PriceFactors _factors = new(Grown.Space);

    [Fact]
    public void Before_anything_is_known_all_are_one()
    {
        Assert.Equal(1, _factors.Of(Grown.OneShot(0.4, 1).Configuration, trained: false));
        Assert.Equal(1, _factors.Of(Grown.Iterative(0.4, 3, 1).Configuration, trained: true));
    }

    [Fact]
    public void Choices_and_numbers_have_their_own_and_pruning_others_than_training()
    {
        var random = new Random(4);
        for (int i = 0; i < 200; i++)
        {
            var any = Any();
            _factors.Add(any, trained: false, Made(any));
        }
        for (int i = 0; i < 50; i++)
        {
            var any = Any();
            Assert.InRange(_factors.Of(any, trained: false) / Made(any), 0.9, 1.1);
            Assert.Equal(1, _factors.Of(any, trained: true));
        }

        Configuration Any() => Grown.Space.At([.. Grown.Space.Hyperparameters.Select(_ => random.NextDouble())]);
        // The second criterion takes four times as long as the first, the highest level twice as long as the lowest.
        static double Made(Configuration c) => (c[6] == 1 ? 4 : 1) * Math.Pow(2, (c[1] - 0.2) / 0.6);
    }

    [Fact]
    public void One_measurement_says_half_of_it_and_what_is_no_ratio_says_nothing()
    {
        var one = Grown.OneShot(0.5, 1).Configuration;
        foreach (double none in (double[])[0, -1, double.NaN, double.PositiveInfinity])
        {
            _factors.Add(one, trained: true, none);
        }
        Assert.Equal(1, _factors.Of(one, trained: true));
        _factors.Add(one, trained: true, 4);
        Assert.InRange(_factors.Of(one, trained: true), 2, 4);
        _factors.Add(one, trained: true, 1e12);
        Assert.Equal(20, _factors.Of(one, trained: true)); // whatever happened to that one
    }
}
