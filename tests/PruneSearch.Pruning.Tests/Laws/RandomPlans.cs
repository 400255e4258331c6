using System.Collections.Immutable;
using PruneSearch.Core.Networks;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Tests.Pruning.Laws;

/// <summary>Channels that stay, by chance and with fixed seeds.</summary>
internal static class RandomPlans
{
    /// <summary>
    /// A quarter of the blocks is left out. Of the other groups a quarter stays whole; each of the rest keeps any number of channels, one at least.
    /// </summary>
    public static PruningPlan Of(Network network, int seed)
    {
        var random = new Random(seed);
        var kept = network.Groups.Where(_ => random.Next(4) > 0).ToDictionary(g => g.Name, g =>
        {
            int[] all = [.. Enumerable.Range(0, g.Width)];
            random.Shuffle(all);
            return ImmutableArray.Create([.. all.Take(random.Next(1, g.Width + 1)).Order()]);
        });
        var whole = new Random(~seed);
        foreach (string group in network.Blocks.Where(b => whole.Next(4) == 0 && CanGo(network, b)).SelectMany(b => b.Groups))
        {
            kept[group] = [];
        }
        return new PruningPlan(kept, kept.Sum(k => network.Group(k.Key).Width - k.Value.Length));
    }

    // A layer of a head goes while its channels and those that it reads correspond one to one.
    private static bool CanGo(Network network, LayerBlock block) => block.Instead is null || network.LeftOut.Contains(block)
        || network.Group(block.Groups[0]).Width == network.Group(block.Groups[0]).DenseWidth
        && network.Group(network.StandIn(block.Instead)) is var read && read.Width == read.DenseWidth;

    /// <summary>Networks pruned again and again: chains of some length that each begin dense, with the plan that made each network.</summary>
    public static IEnumerable<(Network Network, PruningPlan Plan)> Chains(
        Network dense, Func<SortedDictionary<string, int>, Network> build, int count, int length)
    {
        var network = dense;
        for (int i = 0; i < count; i++)
        {
            network = i % length == 0 ? dense : network;
            var plan = Of(network, i);
            network = build(Shrinker.NewWidths(network, plan));
            yield return (network, plan);
        }
    }
}
