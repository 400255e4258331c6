using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Pruning.Selection;

/// <summary>What a network can lose for speed: for each group the widths that it may have, and for each block that it is left out.</summary>
internal sealed class LatencyItems
{
    /// <summary>One class of the knapsack: the groups that are decided together, and what they may become.</summary>
    /// <param name="Groups">A group, or those of a block that may be left out.</param>
    /// <param name="Choices">Widths of these groups, and what they harm; the first is what they have now.</param>
    public sealed record Item(IReadOnlyList<string> Groups, IReadOnlyList<(int[] Widths, double Harm)> Choices);

    public LatencyItems(
        Network network, IReadOnlyDictionary<string, double[]> scores, IReadOnlyDictionary<string, double> blocks, PruneSettings settings, int grid)
    {
        var channelwise = settings.ChannelwiseOf(network).ToDictionary(g => g.Name, StringComparer.Ordinal);
        (int Width, double Harm)[] Widths(string name)
        {
            var group = network.Group(name);
            return channelwise.ContainsKey(name) ? [.. WidthsOf(group, scores[name], settings with { RoundTo = grid })] : [(group.Width, 0)];
        }
        var leaveOut = settings.BlocksOf(network).Where(b => blocks.ContainsKey(b.Name)).ToList();
        var inBlocks = leaveOut.SelectMany(b => b.Groups).ToHashSet(StringComparer.Ordinal);
        List<Item> items = [.. channelwise.Keys.Where(g => !inBlocks.Contains(g))
            .Select(g => new Item([g], [.. Widths(g).Select(w => ((int[])[w.Width], w.Harm))]))];
        foreach (var block in leaveOut)
        {
            IEnumerable<(int[] Widths, double Harm)> choices = [([], 0)];
            foreach (string group in block.Groups)
            {
                var own = Widths(group);
                choices = choices.SelectMany(c => own.Select(w => ((int[])[.. c.Widths, w.Width], c.Harm + w.Harm)));
            }
            double harm = blocks[block.Name] * block.Groups.Sum(g => network.Group(g).Width);
            items.Add(new Item(block.Groups, [.. choices, (new int[block.Groups.Count], harm)]));
        }
        Items = items;
    }

    public IReadOnlyList<Item> Items { get; }

    // From what it has to the narrowest, each with the sum of the scores that go.
    private static IEnumerable<(int Width, double Harm)> WidthsOf(ChannelGroup group, double[] scores, PruneSettings settings)
    {
        yield return (group.Width, 0);
        double[] weakest = [.. scores.Order()];
        double harm = 0;
        int narrowest = PruningLimits.Narrowest(group, settings);
        for (int width = group.Width - 1; width >= narrowest; width--)
        {
            harm += weakest[group.Width - 1 - width];
            if (width % settings.RoundTo == 0)
            {
                yield return (width, harm);
            }
        }
    }
}
