using PruneSearch.Core.Weights;
using PruneSearch.Detection;
using PruneSearch.Pruning.Shrinking;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Compensation;

/// <summary>Solves one reader of a pruned network so that it gives what the same reader of the dense network gives.</summary>
/// <param name="dense">The reader in the dense network.</param>
/// <param name="pruned">The same one in the pruned network.</param>
/// <param name="plan">Which channels of the dense network the pruned one has.</param>
/// <param name="images">Calibration pictures.</param>
internal sealed class SiteSolver(ReaderSite dense, ReaderSite pruned, PruningPlan plan, long images)
{
    // Windows with more values than this are solved position by position: their covariance would take too much memory.
    private const int LargestWindow = 4608;

    // Below so many rows for each unknown, a part of the covariance is chance; the weights as they are are the better guess there.
    private const double RowsPerUnknown = 4, ExtraDamping = 0.01;

    private readonly long[] _keptOutputs = Kept(dense.OutputLayout, plan);
    private readonly long[] _keptInputs = Kept(dense.Layout, plan);

    /// <summary>
    /// Whether whole windows are fitted to the wanted output. Otherwise, with a window that is too large or too few positions
    /// to determine it, each dense input channel is fitted from those that stay, and the old kernels are applied to the fits.
    /// </summary>
    public bool WholeWindows { get; } = pruned.Taps == 1
        || (pruned.Layout.Width * pruned.Taps <= LargestWindow
            && pruned.Layers.Sum(l => (long)l.Height * l.Width) * images >= pruned.Layout.Width * pruned.Taps);

    /// <summary>What both networks say about a batch.</summary>
    /// <param name="seen">Takes it.</param>
    /// <param name="original">The dense network.</param>
    /// <param name="current">The pruned one.</param>
    /// <param name="batch">Index of the batch.</param>
    /// <param name="positions">How much each position counts; all alike when left out.</param>
    public void Observe(ReaderStatistics seen, LayerWalk original, LayerWalk current, int batch, PositionWeights? positions)
    {
        for (int i = 0; i < dense.Layers.Count; i++)
        {
            using var scope = NewDisposeScope();
            var wanted = WholeWindows
                ? dense.OutputRows(original.OutputOf(batch, dense.Layers[i])).index_select(1, tensor(_keptOutputs))
                : dense.Rows(dense.Layers[i], original.InputOf(batch, dense.Layers[i]), unfold: false);
            var read = current.InputOf(batch, pruned.Layers[i]);
            seen.Add(
                wanted, pruned.Rows(pruned.Layers[i], read, WholeWindows),
                ReaderSite.PositionRows(pruned.Layers[i], read, WholeWindows, positions, batch));
        }
    }

    /// <summary>Solves, and writes the tensors that change: the kernels, and what takes the shift of the mean.</summary>
    /// <returns>Mean square error that is left in each output that stays, on what was held back where that is something.</returns>
    public double[] Solve(Network network, WeightSet denseWeights, WeightSet weights, ReaderStatistics seen, double damping, ReaderStatistics? held = null)
    {
        using var scope = NewDisposeScope();
        var shifted = ShiftTargets(network);
        var (solution, shift) = WholeWindows
            ? FitOutputs(denseWeights, weights, seen, shifted.Count > 0, damping) : FitInputs(denseWeights, seen, shifted.Count > 0, damping);
        float[] written = solution.to(ScalarType.Float32).contiguous().data<float>().ToArray();
        written.CopyTo(weights[pruned.Conv.Weight].Values, pruned.Part * written.Length);
        double[] amounts = shift.contiguous().data<double>().ToArray();
        foreach (var (name, sign) in shifted)
        {
            float[] from = denseWeights[name].Values, target = weights[name].Values;
            for (int o = 0; o < amounts.Length; o++)
            {
                target[pruned.Part * amounts.Length + o] = (float)(from[dense.Part * dense.Outputs + _keptOutputs[o]] + sign * amounts[o]);
            }
        }
        var others = held is { Count: > 0 } ? held : seen;
        return WholeWindows ? others.Left(solution.reshape(pruned.Outputs, -1), shifted.Count > 0)
            : LeftOfInputs(denseWeights, others, InputFits(seen, shifted.Count > 0, damping), shifted.Count > 0);
    }

    // Errors of the fits of dense inputs, through the kernels that read them, as if those of different channels had nothing to do with one another.
    private double[] LeftOfInputs(WeightSet denseWeights, ReaderStatistics seen, Tensor fits, bool centred)
    {
        var left = tensor(seen.Left(fits, centred));
        return Kernels(denseWeights).Squared().sum(2).matmul(left).contiguous().data<double>().ToArray();
    }

    // Kernels [outputs, channels · taps] and what the mean lacks [outputs].
    private (Tensor Solution, Tensor Shift) FitOutputs(WeightSet denseWeights, WeightSet weights, ReaderStatistics seen, bool centred, double damping)
    {
        var current = tensor(weights[pruned.Conv.Weight].Values, [pruned.Conv.Channels.Width, pruned.Layout.Width * pruned.Taps])
            .narrow(0, pruned.Part * pruned.Outputs, pruned.Outputs).to(ScalarType.Float64);
        var solution = LeastSquares.Solve(seen.Cross(centred), seen.Own(centred), current, Strength(seen, damping));
        var wanted = seen.MeanT();
        if (dense.Conv.Bias)
        {
            wanted = wanted - PartOf(denseWeights[dense.Conv.BiasName]).index_select(0, tensor(_keptOutputs));
        }
        return (solution, wanted - solution.matmul(seen.MeanY()));
    }

    private (Tensor Solution, Tensor Shift) FitInputs(WeightSet denseWeights, ReaderStatistics seen, bool centred, double damping)
    {
        var (fits, kernels) = (InputFits(seen, centred, damping), Kernels(denseWeights));
        var solution = einsum("odt,dk->okt", kernels, fits);
        return (solution, kernels.sum(2).matmul(seen.MeanT() - fits.matmul(seen.MeanY())));
    }

    // [dense channels, channels]
    private Tensor InputFits(ReaderStatistics seen, bool centred, double damping)
    {
        var pull = zeros([dense.Layout.Width, pruned.Layout.Width], ScalarType.Float64);
        pull.index_put_(ones([], ScalarType.Float64), tensor(_keptInputs), TensorArithmetic.UpTo(_keptInputs.Length));
        return LeastSquares.Solve(seen.Cross(centred), seen.Own(centred), pull, Strength(seen, damping));
    }

    // [kept outputs, dense channels, taps]
    private Tensor Kernels(WeightSet denseWeights) =>
        tensor(denseWeights[dense.Conv.Weight].Values, [dense.Conv.Channels.Width, dense.Layout.Width, dense.Taps])
            .narrow(0, dense.Part * dense.Outputs, dense.Outputs).index_select(0, tensor(_keptOutputs)).to(ScalarType.Float64);

    private double Strength(ReaderStatistics seen, double damping)
    {
        double unknowns = pruned.Layout.Width * (WholeWindows ? pruned.Taps : 1);
        return damping + (seen.Count < RowsPerUnknown * unknowns ? Math.Min(1, unknowns / (RowsPerUnknown * seen.Count)) * ExtraDamping : 0);
    }

    private Tensor PartOf(WeightTensor bias) => tensor(bias.Values).narrow(0, dense.Part * dense.Outputs, dense.Outputs).to(ScalarType.Float64);

    // The bias, or the running means of batch norms where each layer's only reader is one; nothing otherwise.
    private List<(string Name, int Sign)> ShiftTargets(Network network)
    {
        if (pruned.Conv.Bias)
        {
            return [(pruned.Conv.BiasName, 1)];
        }
        var targets = new List<(string, int)>();
        foreach (var layer in pruned.Layers)
        {
            var readers = network.Layers.Where(l => l.Inputs.Contains(layer.Name)).ToList();
            if (readers is not [BatchNormLayer norm])
            {
                return [];
            }
            targets.Add((norm.Tensors + ".running_mean", -1));
        }
        return targets;
    }

    private static long[] Kept(ChannelLayout layout, PruningPlan plan) =>
        [.. layout.WithOffsets().SelectMany(s => s.Segment.Group is { } group && plan.Kept.TryGetValue(group, out var kept)
            ? kept.Select(k => (long)(s.Offset + k)) : Enumerable.Range(s.Offset, s.Segment.Width).Select(i => (long)i))];
}
