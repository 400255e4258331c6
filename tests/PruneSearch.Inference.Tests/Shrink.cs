using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Inference.Tests;

/// <summary>Removes channels from weights the plain way, to have pruned models to export.</summary>
internal static class Shrink
{
    /// <summary>The detector with narrower groups, and its weights: the first channels of each group stay.</summary>
    public static (DetectorModel Model, WeightSet Weights) To(DetectorModel dense, WeightSet weights, IReadOnlyDictionary<string, int> widths)
    {
        var model = DetectorCatalog.Build(dense.Spec with { Widths = new(widths.ToDictionary(), StringComparer.Ordinal) });
        var kept = Indices(dense.Network, (group, i) => i < widths[group]);
        var shrunk = new WeightSet();
        foreach (var (name, tensor) in weights)
        {
            shrunk[name] = Select(tensor, kept[name]);
        }
        return (model, shrunk);
    }

    /// <summary>The dense weights with zeros wherever a layer reads a channel that <see cref="To"/> removes.</summary>
    public static WeightSet Mask(Network dense, WeightSet weights, IReadOnlyDictionary<string, int> widths)
    {
        var masked = new WeightSet();
        foreach (var (name, tensor) in weights)
        {
            masked[name] = new WeightTensor(tensor.Shape, [.. tensor.Values]);
        }
        foreach (var (group, slice) in dense.Groups.SelectMany(g => g.Slices.Where(s => s.Role == SliceRole.Reader).Select(s => (g, s))))
        {
            var tensor = masked[slice.Tensor];
            int inputs = tensor.Shape[1], kernel = tensor.Shape[2] * tensor.Shape[3];
            for (int o = 0; o < tensor.Shape[0]; o++)
            {
                for (int i = slice.Offset + widths[group.Name]; i < slice.Offset + slice.Length; i++)
                {
                    tensor.Values.AsSpan((o * inputs + i) * kernel, kernel).Clear();
                }
            }
        }
        return masked;
    }

    private static Dictionary<string, int[][]> Indices(Network network, Func<string, int, bool> keep)
    {
        var removed = network.Groups.SelectMany(g => g.Slices.SelectMany(
            s => Enumerable.Range(0, s.Length).Where(i => !keep(g.Name, i)).Select(i => (s.Tensor, s.Dimension, s.Offset + i)))).ToHashSet();
        return network.Tensors.ToDictionary(
            t => t.Name, t => t.Shape.Select((length, d) => Enumerable.Range(0, length).Where(i => !removed.Contains((t.Name, d, i))).ToArray()).ToArray());
    }

    private static WeightTensor Select(WeightTensor tensor, int[][] kept)
    {
        IEnumerable<int> offsets = [0];
        for (int d = 0; d < kept.Length; d++)
        {
            int length = tensor.Shape[d];
            int[] indices = kept[d];
            offsets = offsets.SelectMany(o => indices.Select(i => o * length + i));
        }
        return new WeightTensor([.. kept.Select(k => k.Length)], [.. offsets.Select(o => tensor.Values[o])]);
    }
}
