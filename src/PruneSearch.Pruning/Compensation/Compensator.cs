using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using PruneSearch.Pruning.Shrinking;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Compensation;

/// <summary>
/// Re-solves the convolutions of a pruned network by least squares on calibration pictures, so that each gives what it gave in
/// the dense network from the channels that stay (channel pruning by reconstruction: He, Zhang, Sun 2017; Luo, Wu, Lin 2017).
/// Only readers of channels that go are solved: solving later layers too, against the errors that are left in what they read,
/// made the detections worse. Layer after layer: a layer's inputs come from the pruned network with all earlier layers solved, its wanted output from the
/// dense network. The shift of the mean goes into the bias or into the running mean of the batch norm behind it.
/// </summary>
public static class Compensator
{
    /// <summary>Solves a pruned network.</summary>
    /// <param name="dense">The network before pruning; its weights are not changed.</param>
    /// <param name="pruned">The network after pruning, with weights as cut out of the dense ones or solved before for fewer channels gone; not changed.</param>
    /// <param name="plan">Which channels of the dense network the pruned one has.</param>
    /// <param name="calibration">Pictures, at least a batch, and how much their positions count.</param>
    /// <param name="cancellation">Checked before each batch.</param>
    /// <param name="errors">Takes the mean square error that is left in each output of each reader, by <see cref="ReaderSite.Key"/>:
    /// readers are then solved on every other batch and the errors are those on the others, which nothing was fitted to.</param>
    /// <returns>Weights of the pruned network.</returns>
    /// <exception cref="ArgumentException">There are no pictures, or an option is outside its range.</exception>
    /// <exception cref="FormatException">Weights are not those of their network.</exception>
    /// <exception cref="NotFiniteNumberException">What a reader reads or should give on the pictures, or its solution, is not finite; the message names
    /// it.</exception>
    public static WeightSet Solve(
        WeightedNetwork dense,
        WeightedNetwork pruned,
        PruningPlan plan,
        CalibrationSet calibration,
        CompensationOptions? options = null,
        IDictionary<string, double[]>? errors = null,
        CancellationToken cancellation = default)
    {
        options ??= new CompensationOptions();
        var (before, after, pictures) = (dense.Network, pruned.Network, calibration.Pictures);
        plan = plan.AsRead(before, after);
        Require(pictures, options);
        var solved = new WeightSet();
        foreach (var (name, tensor) in pruned.Weights)
        {
            solved.Add(name, new WeightTensor(tensor.Shape, [.. tensor.Values]));
        }
        long images = pictures.Sum(b => b.shape[0]);
        using var guard = no_grad();
        using var originalRunner = new TorchNetwork(before, dense.Weights);
        using var currentRunner = new TorchNetwork(after, solved);
        using var original = new LayerWalk(originalRunner, pictures, options.MapBytes);
        using var current = new LayerWalk(currentRunner, pictures, options.MapBytes);
        var readers = ReadersOf(before, after, plan);
        foreach (var (was, site) in ReaderSite.Of(before, c => readers.Contains(c.Name)).Zip(ReaderSite.Of(after, c => readers.Contains(c.Name))))
        {
            var solver = new SiteSolver(was, site, plan, images);
            using ReaderStatistics seen = new(), held = new();
            for (int batch = 0; batch < pictures.Count; batch++)
            {
                cancellation.ThrowIfCancellationRequested();
                solver.Observe(errors is not null && batch % 2 == 1 ? held : seen, original, current, batch, calibration.Positions);
                original.Trim(batch);
                current.Trim(batch);
                Heartbeat.Beat();
            }
            seen.RequireFinite(site.Conv.Name);
            double[] left = solver.Solve(after, dense.Weights, solved, seen, options.Damping, held);
            errors?.Add(was.Key, left);
            var changed = TensorsOf(after, site, solved);
            changed.RequireFinite("compensation");
            currentRunner.Load(changed);
        }
        return solved;
    }

    /// <summary>Convolutions that read the end of a block, straight or through layers that mix no channels; the sums behind it hold it too.</summary>
    public static IReadOnlySet<string> ReadersOf(Network network, IEnumerable<LayerBlock> blocks)
    {
        var touched = blocks.SelectMany(b => b.Ends).Select(e => e.Layer).ToHashSet(StringComparer.Ordinal);
        var readers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var layer in network.Layers.Where(l => l.Inputs.Any(touched.Contains)))
        {
            (layer is ConvLayer { Depthwise: false } ? readers : touched).Add(layer.Name);
        }
        return readers;
    }

    // Of what both networks have: readers of channels that went, and of what lacks a block.
    private static HashSet<string> ReadersOf(Network dense, Network pruned, PruningPlan plan)
    {
        var leftOut = pruned.LeftOut.Where(b => dense.LeftOut.All(d => d.Name != b.Name));
        var readers = ReadersOf(dense, leftOut).ToHashSet(StringComparer.Ordinal);
        readers.UnionWith(dense.Layers.OfType<ConvLayer>()
            .Where(c => !c.Depthwise && c.ReadLayout().Segments.Any(s => s.Group is { } g && plan.Kept.ContainsKey(g))).Select(c => c.Name));
        readers.IntersectWith(pruned.Layers.Select(l => l.Name));
        return readers;
    }

    // The kernels and what may have taken the shift.
    private static WeightSet TensorsOf(Network network, ReaderSite site, WeightSet weights)
    {
        string[] norms = [.. network.Layers.OfType<BatchNormLayer>().Where(n => site.Layers.Any(l => l.Name == n.Inputs[0]))
            .Select(n => n.Tensors + ".running_mean")];
        var changed = new WeightSet();
        foreach (string name in (string[])[site.Conv.Weight, .. site.Conv.Bias ? [site.Conv.BiasName] : norms])
        {
            changed.TryAdd(name, weights[name]);
        }
        return changed;
    }

    private static void Require(IReadOnlyList<Tensor> calibration, CompensationOptions options)
    {
        if (calibration.Count == 0)
        {
            throw new ArgumentException("Compensation needs calibration pictures; there are none.");
        }
        if (options.Damping is not (>= 0 and <= 1))
        {
            throw new ArgumentException($"Damping {options.Damping} is not from 0 to 1.");
        }
        if (options.MapBytes < 0)
        {
            throw new ArgumentException($"{options.MapBytes} bytes for feature maps are not at least 0.");
        }
    }
}
