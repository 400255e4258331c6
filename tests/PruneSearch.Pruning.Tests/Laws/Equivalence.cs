using System.Collections.Immutable;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using PruneSearch.Pruning.Shrinking;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Pruning.Laws;

/// <summary>
/// The second law: silencing channels in the larger network gives the same output as shrinking them away. Networks are pruned
/// again and again; each is compared with the one that it was cut from.
/// </summary>
internal static class Equivalence
{
    private const double Tolerance = 1e-4;

    /// <summary>Everything that is asked of a detector.</summary>
    public const int Prunings = 100, WideDetectorPrunings = 1;

    /// <summary>Silences and shrinks again and again, and compares each pair.</summary>
    public static void RequireEquivalence(Network dense, Func<SortedDictionary<string, int>, Network> build, int prunings, int length)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var weights = Some.Weights(dense);
        var picture = Some.Picture(1, dense.Layers[0].Height, dense.Layers[0].Width);
        using var denseRunner = new TorchNetwork(dense, weights);
        (Network Network, WeightSet Weights, TorchNetwork Runner) large = (dense, weights, denseRunner);
        int number = 0;
        foreach (var (network, plan) in RandomPlans.Chains(dense, build, prunings, length))
        {
            var shrunk = Shrinker.Slice(large.Network, large.Weights, plan);
            var runner = new TorchNetwork(network, shrunk);
            var silenced = Silenced(large.Network, large.Weights, plan);
            large.Runner.Load(silenced);
            Compare(large.Runner, runner, picture, $"pruning {number}");
            if (large.Runner != denseRunner)
            {
                large.Runner.Dispose();
            }
            else
            {
                denseRunner.Load(Original(weights, silenced));
            }
            large = ++number % length == 0 ? (dense, weights, denseRunner) : (network, shrunk, runner);
            if (large.Runner != runner)
            {
                runner.Dispose();
            }
        }
        Assert.Equal(prunings, number);
    }

    private static void Compare(TorchNetwork large, TorchNetwork shrunk, Tensor picture, string what)
    {
        using var scope = NewDisposeScope();
        var (expected, actual) = (large.Forward(picture), shrunk.Forward(picture));
        foreach (var (output, values) in expected)
        {
            double scale = values.abs().max().item<float>();
            double difference = (values - actual[output]).abs().max().item<float>();
            Assert.True(difference <= Tolerance * scale && scale > 0, $"{what}: output '{output}' differs by {difference} of {scale}");
        }
    }

    // A residual block is silent when its branch is: when all of its tensors but running statistics are zero. A layer of a head is when it hands on what
    // it reads.
    //
    // A channel is silent when all that makes it and goes along with it is zero: kernels, biases, depthwise kernels and
    // their biases, scales and shifts of batch norms. Running statistics and readers stay as they are. All activations of
    // the vocabulary that stand before a reader keep zero. Only tensors that change are in the answer.
    private static WeightSet Silenced(Network network, WeightSet weights, PruningPlan plan)
    {
        var silenced = new WeightSet();
        foreach (string name in network.Blocks.Except(network.LeftOut).Where(b => b.Groups.All(g => plan.Kept.TryGetValue(g, out var kept) && kept.Length == 0))
            .SelectMany(b => network.Tensors.Where(t => t.Trainable && b.Layers.Contains(t.Name[..t.Name.LastIndexOf('.')]))).Select(t => t.Name))
        {
            silenced[name] = new WeightTensor(weights[name].Shape, new float[weights[name].Values.Length]);
        }
        var handedOn = network.Blocks.Except(network.LeftOut).Where(b => b.Instead is not null && plan.Kept.TryGetValue(b.Groups[0], out var kept)
            && kept.Length == 0).ToList();
        foreach (var layer in handedOn.SelectMany(b => b.Layers).Select(l => network[l]))
        {
            HandOn(network, weights, silenced, layer);
        }
        // What follows a layer that hands on goes with the channels that it reads.
        var read = plan.AsRead(network, network.With(Shrinker.NewWidths(network, plan)));
        var inside = handedOn.SelectMany(b => b.Layers).ToHashSet(StringComparer.Ordinal);
        foreach (var (place, kept) in read.Kept.SelectMany(p => network.Group(p.Key).Slices.Select(s => (s, p.Value))))
        {
            if (inside.Contains(place.Tensor[..place.Tensor.LastIndexOf('.')]) || place.Tensor.EndsWith("running_mean", StringComparison.Ordinal)
                || place.Tensor.EndsWith("running_var", StringComparison.Ordinal) || place.Role == SliceRole.Reader)
            {
                continue;
            }
            if (!silenced.TryGetValue(place.Tensor, out var tensor))
            {
                var before = weights[place.Tensor];
                silenced[place.Tensor] = tensor = new WeightTensor(before.Shape, [.. before.Values]);
            }
            int size = tensor.Values.Length / tensor.Shape[0];
            foreach (int channel in Enumerable.Range(0, place.Length).Except(kept))
            {
                tensor.Values.AsSpan((place.Offset + channel) * size, size).Clear();
            }
        }
        return silenced;
    }

    private static void HandOn(Network network, WeightSet weights, WeightSet silenced, Layer layer)
    {
        foreach (var tensor in network.Tensors.Where(t => t.Name[..t.Name.LastIndexOf('.')] == layer.Name))
        {
            var made = silenced[tensor.Name] = new WeightTensor(weights[tensor.Name].Shape, new float[tensor.Length]);
            if (layer is BatchNormLayer norm)
            {
                made.Values.AsSpan().Fill(tensor.Name.EndsWith(".weight", StringComparison.Ordinal) ? 1
                    : tensor.Name.EndsWith(".running_var", StringComparison.Ordinal) ? (float)(1 - norm.Epsilon) : 0);
            }
            else if (layer is ConvLayer conv && tensor.Name == conv.Weight)
            {
                int inputs = tensor.Shape[1], taps = conv.Kernel * conv.Kernel;
                for (int channel = 0; channel < tensor.Shape[0]; channel++)
                {
                    made.Values[((channel * inputs) + (conv.Depthwise ? 0 : channel)) * taps + taps / 2] = 1;
                }
            }
        }
    }

    private static WeightSet Original(WeightSet weights, WeightSet changed)
    {
        var original = new WeightSet();
        foreach (string name in changed.Keys)
        {
            original.Add(name, weights[name]);
        }
        return original;
    }

    /// <summary>Shrinks twice and once to the same channels, and compares all tensors.</summary>
    public static void RequireOnceIsTwice(Network network, Func<SortedDictionary<string, int>, Network> build)
    {
        var weights = Some.Weights(network);
        var state = new WeightSet();
        foreach (var tensor in network.Tensors)
        {
            state.Add(tensor.Name, weights[tensor.Name]);
            state.Add($"{tensor.Name}{Shrinker.StateSeparator}exp_avg", weights[tensor.Name]);
        }
        var first = RandomPlans.Of(network, 1);
        var middle = build(Shrinker.NewWidths(network, first));
        var second = RandomPlans.Of(middle, 2);
        var twice = Shrinker.Slice(middle, Shrinker.Slice(network, state, first), second);

        var joined = network.Groups.ToDictionary(g => g.Name, g => Join(Kept(first, g.Name, g.Width), Kept(second, g.Name, middle.Group(g.Name).Width)));
        var once = Shrinker.Slice(network, state, new PruningPlan(joined, 1));

        Assert.Equal(once.Keys, twice.Keys);
        Assert.True(once.All(t => t.Value.Shape.SequenceEqual(twice[t.Key].Shape) && t.Value.Values.AsSpan().SequenceEqual(twice[t.Key].Values)));
    }

    private static ImmutableArray<int> Kept(PruningPlan plan, string group, int width) =>
        plan.Kept.TryGetValue(group, out var kept) ? kept : [.. Enumerable.Range(0, width)];

    private static ImmutableArray<int> Join(ImmutableArray<int> first, ImmutableArray<int> second) => [.. second.Select(i => first[i])];
}
