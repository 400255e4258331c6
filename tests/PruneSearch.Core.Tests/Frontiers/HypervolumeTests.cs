using PruneSearch.Core.Frontiers;

namespace PruneSearch.Core.Tests.Frontiers;

public sealed class HypervolumeTests
{
    [Fact]
    public void Two_points_share_their_overlap()
    {
        Assert.Equal(5, Hypervolume.Of([[1, 2], [2, 1]], [4, 3])); // 3×1 + 2×2, less the 2×1 that both dominate
        Assert.Equal(0, Hypervolume.Of([], [1, 1]));
        Assert.Equal(0, Hypervolume.Of([], [1]));
        Assert.Equal(0, Hypervolume.Of([[1, 0], [2, -5]], [1, 1]));
        Assert.Equal(3, Hypervolume.Of([[2], [4]], [5]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void It_is_the_number_of_dominated_cells(int objectives)
    {
        const int Edge = 6;
        var random = new Random(objectives);
        double[] reference = [.. Enumerable.Repeat((double)Edge, objectives)];
        for (int trial = 0; trial < 100; trial++)
        {
            double[][] costs =
                [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Enumerable.Range(0, objectives).Select(_ => (double)random.Next(Edge + 2)).ToArray())];
            int cells = Cells(objectives, Edge).Count(cell => costs.Any(c => c.Zip(cell).All(p => p.First <= p.Second)));

            Assert.Equal(cells, Hypervolume.Of(costs, reference), 9);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_incremental_frontier_agrees_with_the_whole_at_every_point(int objectives)
    {
        var random = new Random(10 + objectives);
        double[] reference = [.. Enumerable.Repeat(0.9, objectives)];
        var frontier = new IncrementalFrontier(reference);
        var all = new List<double[]>();
        for (int i = 0; i < 150; i++)
        {
            double[] cost = i % 10 == 9 ? all[random.Next(all.Count)].ToArray() : [.. Enumerable.Range(0, objectives).Select(_ => random.NextDouble())];
            all.Add(cost);
            bool on = frontier.Add(cost);

            Assert.Equal(ParetoFrontier.Of(all)[^1], on);
            Assert.Equal(Hypervolume.Of(all, reference), frontier.Hypervolume, 9);
        }
        bool[] whole = ParetoFrontier.Of(all);
        Assert.Equal(all.Where((_, i) => whole[i]).Distinct(Costs.Comparer).Count(), frontier.Costs.Count);
    }

    [Fact]
    public void A_point_without_a_value_changes_nothing_and_one_of_another_size_is_refused()
    {
        var frontier = new IncrementalFrontier(1, 1);
        Assert.False(frontier.Add([double.NaN, 0]));
        Assert.Empty(frontier.Costs);
        Assert.Contains("has 3 costs, expected 2", Assert.Throws<ArgumentException>(() => frontier.Add([0, 0, 0])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_fast_frontier_is_the_naive_one(int objectives)
    {
        var random = new Random(20 + objectives);
        for (int trial = 0; trial < 50; trial++)
        {
            double[][] costs = [.. Enumerable.Range(0, 60).Select(
                _ => Enumerable.Range(0, objectives).Select(_ => random.Next(12) == 0 ? double.NaN : random.Next(9)).ToArray())];
            bool[] naive = [.. costs.Select(c => !c.Any(double.IsNaN) && !costs.Any(o => ParetoFrontier.Dominates(o, c)))];

            Assert.Equal(naive, ParetoFrontier.Of(costs));
        }
    }

    private static IEnumerable<int[]> Cells(int objectives, int edge) =>
        Enumerable.Range(0, (int)Math.Pow(edge, objectives)).Select(
            n => Enumerable.Range(0, objectives).Select(d => n / (int)Math.Pow(edge, d) % edge).ToArray());

    private sealed class Costs : IEqualityComparer<double[]>
    {
        public static readonly Costs Comparer = new();

        public bool Equals(double[]? x, double[]? y) => x!.AsSpan().SequenceEqual(y);

        public int GetHashCode(double[] obj) => obj.Aggregate(0, HashCode.Combine);
    }
}
