using System.Collections.Immutable;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Weights;

namespace PruneSearch.Pruning.Shrinking;

/// <summary>Cuts channels out of weights, and out of whatever else has the same tensors: optimizer state, averages.</summary>
public static class Shrinker
{
    /// <summary>Separates a tensor's name from what belongs to it: <c>Conv.weight/exp_avg</c>.</summary>
    public const char StateSeparator = '/';

    /// <summary>Carries out a plan.</summary>
    /// <param name="detector">The detector as it is.</param>
    /// <param name="weights">Its weights; not changed.</param>
    /// <param name="plan">What stays.</param>
    /// <returns>The specification with the new widths, and the weights that stay.</returns>
    /// <exception cref="FormatException">The weights are not those of the detector.</exception>
    /// <exception cref="ArgumentException">The plan names a group or channel that the detector does not have.</exception>
    public static (DetectorSpec Spec, WeightSet Weights) Shrink(DetectorModel detector, WeightSet weights, PruningPlan plan)
    {
        weights.RequireFit(detector.Network, "weights to prune");
        return (detector.Spec with { Widths = NewWidths(detector.Network, plan) }, Slice(detector.Network, weights, plan));
    }

    /// <summary>The width of every group after a plan.</summary>
    /// <exception cref="ArgumentException">The plan names a group or channel that the network does not have.</exception>
    public static SortedDictionary<string, int> NewWidths(Network network, PruningPlan plan)
    {
        var widths = network.Widths;
        foreach (var (name, kept) in plan.Kept)
        {
            if (!widths.TryGetValue(name, out int width))
            {
                throw new ArgumentException($"Unknown channel group '{name}'; the network has {string.Join(", ", widths.Keys)}.");
            }
            if (!kept.IsDefault && kept.Length == 0 && network.Blocks.Any(b => b.Groups.Contains(name)))
            {
                widths[name] = 0; // with its block
                continue;
            }
            if (kept.IsDefaultOrEmpty || kept[0] < 0 || kept[^1] >= width || kept.Zip(kept.Skip(1)).Any(pair => pair.First >= pair.Second))
            {
                throw new ArgumentException($"The kept channels of group '{name}' must be ascending, from 0 to {width - 1}, and at least one.");
            }
            widths[name] = kept.Length;
        }
        return widths;
    }

    /// <summary>
    /// The parts of tensors that stay. A tensor belongs to the network tensor of the same name, or to the one named before
    /// <see cref="StateSeparator"/>; those with another number of dimensions (a step counter) or of no network tensor stay whole.
    /// </summary>
    /// <exception cref="FormatException">A tensor has the number of dimensions of its network tensor but another shape.</exception>
    /// <exception cref="ArgumentException">The plan names a group or channel that the network does not have.</exception>
    public static WeightSet Slice(Network network, WeightSet tensors, PruningPlan plan)
    {
        var after = network.With(NewWidths(network, plan));
        var stay = after.Tensors.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var cuts = Cuts(network, plan.AsRead(network, after));
        var shapes = network.Tensors.ToDictionary(t => t.Name, t => t.Shape, StringComparer.Ordinal);
        var result = new WeightSet();
        foreach (var (name, tensor) in tensors)
        {
            string owner = shapes.ContainsKey(name) ? name : Owner(name);
            if (!shapes.TryGetValue(owner, out var shape) || tensor.Shape.Count != shape.Count)
            {
                if (!shapes.ContainsKey(owner) || stay.Contains(owner))
                {
                    result.Add(name, tensor);
                }
                continue;
            }
            if (!tensor.Shape.SequenceEqual(shape))
            {
                throw new FormatException($"Tensor '{name}' has shape [{string.Join(", ", tensor.Shape)}], expected [{string.Join(", ", shape)}]; it does " +
                    "not belong to this network.");
            }
            if (!stay.Contains(owner))
            {
                continue; // of a block that is left out
            }
            result.Add(name, cuts.TryGetValue(owner, out var byDimension) ? Take(tensor, byDimension) : new WeightTensor(tensor.Shape, [.. tensor.Values]));
        }
        return result;
    }

    private static string Owner(string name) => name.LastIndexOf(StateSeparator) is > 0 and var at ? name[..at] : name;

    // Tensor name to, for each dimension that loses channels, the indices that stay.
    private static Dictionary<string, Dictionary<int, int[]>> Cuts(Network network, PruningPlan plan)
    {
        var gone = new Dictionary<string, Dictionary<int, HashSet<int>>>(StringComparer.Ordinal);
        foreach (var (name, kept) in plan.Kept)
        {
            var group = network.Group(name);
            int[] removed = [.. Enumerable.Range(0, group.Width).Except(kept)];
            foreach (var slice in removed.Length == 0 ? [] : group.Slices)
            {
                var byDimension = gone.TryGetValue(slice.Tensor, out var known) ? known : gone[slice.Tensor] = [];
                var indices = byDimension.TryGetValue(slice.Dimension, out var set) ? set : byDimension[slice.Dimension] = [];
                indices.UnionWith(removed.Select(r => slice.Offset + r));
            }
        }
        var lengths = network.Tensors.ToDictionary(t => t.Name, t => t.Shape, StringComparer.Ordinal);
        return gone.ToDictionary(
            t => t.Key,
            t => t.Value.ToDictionary(d => d.Key, d => Enumerable.Range(0, lengths[t.Key][d.Key]).Where(i => !d.Value.Contains(i)).ToArray()),
            StringComparer.Ordinal);
    }

    private static WeightTensor Take(WeightTensor tensor, Dictionary<int, int[]> cuts)
    {
        int[] shape = [.. tensor.Shape];
        float[] values = tensor.Values;
        foreach (var (dimension, stay) in cuts)
        {
            values = Take(values, shape, dimension, stay);
            shape[dimension] = stay.Length;
        }
        return new WeightTensor(shape, values);
    }

    private static float[] Take(float[] values, int[] shape, int dimension, int[] stay)
    {
        int inner = shape.Skip(dimension + 1).Aggregate(1, (n, d) => n * d), outer = shape.Take(dimension).Aggregate(1, (n, d) => n * d);
        float[] result = new float[outer * stay.Length * inner];
        for (int o = 0; o < outer; o++)
        {
            for (int s = 0; s < stay.Length; s++)
            {
                values.AsSpan((o * shape[dimension] + stay[s]) * inner, inner).CopyTo(result.AsSpan((o * stay.Length + s) * inner));
            }
        }
        return result;
    }
}
