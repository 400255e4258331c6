namespace PruneSearch.Core.Tests;

public class SeededRandomTests
{
    // Pictures, orders of training and proposals follow from these sequences: a home of before goes on only while they stay.
    [Fact]
    public void TheSequencesStayWhatTheyAre()
    {
        var data = new SeededRandom(1, 2, 3);
        var decision = SeededRandom.OfDecision(1, 2, -3);

        Assert.Equal([0.6708956949957134, 0.15990885405334454, 0.027420776467766306], [data.NextDouble(), data.NextDouble(), data.NextDouble()]);
        Assert.Equal([0.4649819187481319, 0.1446772475782706, 0.8067641086554093], [decision.NextDouble(), decision.NextDouble(), decision.NextDouble()]);
    }

    [Fact]
    public void NormalNumbersHaveTheMeanAndDeviationOfTheirDistribution()
    {
        var random = new SeededRandom(5);
        double[] drawn = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextNormal())];

        Assert.InRange(drawn.Average(), -0.03, 0.03);
        Assert.InRange(drawn.Average(x => x * x), 0.96, 1.04);
    }

    [Fact]
    public void APermutationHasEveryNumberOnceAndAnIntegerStaysBelowItsLimit()
    {
        var random = new SeededRandom(6);

        Assert.Equal(Enumerable.Range(0, 50), random.Permutation(50).Order());
        Assert.Equal([0, 1, 2], Enumerable.Range(0, 100).Select(_ => random.NextInt(3)).Distinct().Order());
        Assert.Throws<ArgumentOutOfRangeException>(() => random.NextInt(0));
    }
}
