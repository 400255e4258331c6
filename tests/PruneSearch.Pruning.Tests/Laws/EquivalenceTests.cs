using System.Collections.Immutable;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using PruneSearch.Pruning.Selection;
using PruneSearch.Pruning.Shrinking;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Pruning.Laws;

/// <summary>Silencing channels in the large network gives the same output as shrinking them away.</summary>
public sealed class EquivalenceTests
{
    private const int Prunings = 20, DetectorPrunings = 2;

    public static IEnumerable<TheoryDataRow<string>> Names => Vocabulary.Names;

    public static IEnumerable<TheoryDataRow<string>> Detectors => DetectorVariants.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Small_networks_shrink_to_the_same_function(string name)
    {
        var network = Vocabulary.Create(name);
        var weights = Some.Weights(network);
        for (int seed = 0; seed < Prunings; seed++)
        {
            RequireEquivalence(network, weights, RandomPlan(network, seed), widths => Vocabulary.Create(name, widths), $"seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Detectors))]
    public void Detectors_shrink_to_the_same_function(string name)
    {
        var model = DetectorVariants.Create(name);
        var weights = Some.Weights(model.Network);
        for (int seed = 0; seed < DetectorPrunings; seed++)
        {
            RequireEquivalence(model.Network, weights, RandomPlan(model.Network, seed), widths => DetectorVariants.Create(name, widths).Network, $"seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Pruning_twice_is_pruning_once_to_the_same_channels(string name)
    {
        var network = Vocabulary.Create(name);
        var weights = Some.Weights(network);
        var first = RandomPlan(network, 1);
        var middle = Vocabulary.Create(name, Shrinker.NewWidths(network, first));
        var second = RandomPlan(middle, 2);
        var twice = Shrinker.Slice(middle, Shrinker.Slice(network, weights, first), second);

        var joined = network.Groups.ToDictionary(g => g.Name, g => Join(Kept(first, g.Name, g.Width), Kept(second, g.Name, middle.Group(g.Name).Width)));
        var once = Shrinker.Slice(network, weights, new PruningPlan(joined, 1));

        Assert.Equal(once.Keys, twice.Keys);
        Assert.All(once, t => Assert.Equal(t.Value.Values, twice[t.Key].Values));
    }

    private static void RequireEquivalence(Network network, WeightSet weights, PruningPlan plan, Func<SortedDictionary<string, int>, Network> build, string what)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var small = build(Shrinker.NewWidths(network, plan));
        using var large = new TorchNetwork(network, Silenced(network, weights, plan));
        using var shrunk = new TorchNetwork(small, Shrinker.Slice(network, weights, plan));
        var input = network.Layers[0];
        var picture = Some.Picture(2, input.Height, input.Width);
        var (expected, actual) = (large.Forward(picture), shrunk.Forward(picture));
        foreach (var (output, values) in expected)
        {
            double scale = values.abs().max().item<float>();
            double difference = (values - actual[output]).abs().max().item<float>();
            Assert.True(difference <= 1e-4 * scale && scale > 0, $"{what}: output '{output}' differs by {difference} of {scale}");
        }
    }

    // A channel is silent when all that makes it and goes along with it is zero: kernels, biases, depthwise kernels and
    // their biases, scales and shifts of batch norms. Running statistics and readers stay as they are. All activations of
    // the vocabulary that stand before a reader keep zero.
    private static WeightSet Silenced(Network network, WeightSet weights, PruningPlan plan)
    {
        var silenced = new WeightSet();
        foreach (var (name, tensor) in weights)
        {
            silenced.Add(name, new WeightTensor(tensor.Shape, [.. tensor.Values]));
        }
        foreach (var (place, kept) in plan.Kept.SelectMany(p => network.Group(p.Key).Slices.Select(s => (s, p.Value))))
        {
            if (place.Tensor.EndsWith("running_mean", StringComparison.Ordinal) || place.Tensor.EndsWith("running_var", StringComparison.Ordinal) || place.Role == SliceRole.Reader)
            {
                continue;
            }
            var tensor = silenced[place.Tensor];
            int size = tensor.Values.Length / tensor.Shape[0];
            foreach (int channel in Enumerable.Range(0, place.Length).Except(kept))
            {
                tensor.Values.AsSpan((place.Offset + channel) * size, size).Clear();
            }
        }
        return silenced;
    }

    private static PruningPlan RandomPlan(Network network, int seed)
    {
        var random = new Random(seed);
        var kept = network.Groups.Where(_ => random.Next(4) > 0).ToDictionary(g => g.Name, g =>
        {
            int[] all = [.. Enumerable.Range(0, g.Width)];
            random.Shuffle(all);
            return ImmutableArray.Create([.. all.Take(random.Next(1, g.Width + 1)).Order()]);
        });
        return new PruningPlan(kept, kept.Sum(k => network.Group(k.Key).Width - k.Value.Length));
    }

    private static ImmutableArray<int> Kept(PruningPlan plan, string group, int width) => plan.Kept.TryGetValue(group, out var kept) ? kept : [.. Enumerable.Range(0, width)];

    private static ImmutableArray<int> Join(ImmutableArray<int> first, ImmutableArray<int> second) => [.. second.Select(i => first[i])];
}
