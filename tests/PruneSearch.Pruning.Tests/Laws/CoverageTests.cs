using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Pruning.Laws;

/// <summary>Every channel dimension of every tensor is claimed by exactly one group for each range, or is declared fixed.</summary>
public sealed class CoverageTests
{
    public static IEnumerable<TheoryDataRow<string>> Names => Vocabulary.Names;

    public static IEnumerable<TheoryDataRow<string>> Detectors => DetectorVariants.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Small_networks_are_covered(string name) => RequireCoverage(Vocabulary.Create(name));

    [Theory]
    [MemberData(nameof(Detectors))]
    public void Detectors_are_covered(string name) => RequireCoverage(DetectorVariants.Create(name).Network);

    // Expected claims are worked out here from what each layer reads and makes, not from how the network makes its claims.
    private static void RequireCoverage(Network network)
    {
        var expected = new HashSet<(string Tensor, int Dimension, int Index, string Group, int Channel)>();
        foreach (var layer in network.Layers)
        {
            string[] perChannel = layer switch
            {
                ConvLayer { Bias: true } conv => [conv.Weight, conv.BiasName],
                ConvLayer conv => [conv.Weight],
                BatchNormLayer => [layer.Name + ".weight", layer.Name + ".bias", layer.Name + ".running_mean", layer.Name + ".running_var"],
                _ => [],
            };
            var made = Channels(layer.Channels);
            expected.UnionWith(perChannel.SelectMany(t => made.Select((c, i) => (t, 0, i, c.Group, c.Channel))));
            if (layer is ConvLayer { Depthwise: false } reader)
            {
                var read = Channels(network[layer.Inputs[0]].Channels);
                expected.UnionWith(read.Take(read.Count / reader.Groups).Select((c, i) => (reader.Weight, 1, i, c.Group, c.Channel)));
            }
        }
        expected.RemoveWhere(e => e.Group.Length == 0);

        var claimed = network.Groups.SelectMany(g => g.Slices.SelectMany(s =>
            Enumerable.Range(0, s.Length).Select(i => (s.Tensor, s.Dimension, Index: s.Offset + i, g.Name, i)))).ToList();
        Assert.Equal(claimed.Count, claimed.Select(c => (c.Tensor, c.Dimension, c.Index)).Distinct().Count());
        Assert.True(expected.SetEquals(claimed));
        var shapes = network.Tensors.ToDictionary(t => t.Name, t => t.Shape);
        Assert.All(claimed, c => Assert.InRange(c.Index, 0, shapes[c.Tensor][c.Dimension] - 1));
    }

    private static List<(string Group, int Channel)> Channels(ChannelLayout layout) =>
        [.. layout.Segments.SelectMany(s => Enumerable.Range(0, s.Width).Select(i => (s.Group ?? "", i)))];
}
