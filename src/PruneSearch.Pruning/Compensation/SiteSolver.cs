using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Pruning.Selection;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Compensation;

/// <summary>Puts the solution for one reader into the weights.</summary>
internal sealed class SiteSolver(Network network, ReaderSite site, PruningPlan plan, double damping)
{
    private readonly int _taps = site.Conv.Kernel * site.Conv.Kernel;
    private readonly int _channels = site.Layout.Width;

    /// <summary>Indices of the input channels of a site that stay.</summary>
    public static int[] KeptChannels(ReaderSite site, PruningPlan plan) =>
        [.. site.Layout.WithOffsets().SelectMany(s => s.Segment.Group is { } group && plan.Kept.TryGetValue(group, out var kept)
            ? kept.Select(k => s.Offset + k) : Enumerable.Range(s.Offset, s.Segment.Width))];

    /// <summary>Solves and writes the reader's weights, zero for channels that go, and what takes the shift of the mean.</summary>
    public void Solve(WeightSet weights, ReaderStatistics seen, bool unfolded)
    {
        using var scope = NewDisposeScope();
        var shifted = ShiftTargets();
        bool centred = shifted.Count > 0;
        int[] kept = KeptChannels(site, plan);
        float[] values = weights[site.Conv.Weight].Values;
        var old = tensor(values, [site.Conv.Channels.Width, _channels, _taps]).narrow(0, site.Part * site.Outputs, site.Outputs).to(ScalarType.Float64);
        Tensor solution; // [outputs, channels, taps]
        Tensor shift; // [outputs]
        Tensor meanX = seen.MeanX(), meanY = seen.MeanY();
        if (unfolded || _taps == 1)
        {
            long[] inputs = [.. kept.SelectMany(c => Enumerable.Range(c * _taps, _taps)).Select(i => (long)i)];
            var flat = old.reshape(site.Outputs, -1);
            var result = Solve(flat, seen, inputs, centred);
            solution = result.reshape(site.Outputs, _channels, _taps);
            shift = flat.matmul(meanX) - result.matmul(meanY);
        }
        else
        {
            var flat = old.permute(0, 2, 1).reshape(-1, _channels); // [outputs · taps, channels]
            var result = Solve(flat, seen, [.. kept.Select(k => (long)k)], centred);
            solution = result.reshape(site.Outputs, _taps, _channels).permute(0, 2, 1);
            shift = (flat.matmul(meanX) - result.matmul(meanY)).reshape(site.Outputs, _taps).sum(1);
        }
        float[] written = solution.to(ScalarType.Float32).contiguous().data<float>().ToArray();
        written.CopyTo(values, site.Part * written.Length);
        double[] amounts = shift.contiguous().data<double>().ToArray();
        foreach (var (name, sign) in shifted)
        {
            float[] target = weights[name].Values;
            for (int o = 0; o < amounts.Length; o++)
            {
                target[site.Part * site.Outputs + o] += (float)(sign * amounts[o]);
            }
        }
    }

    private Tensor Solve(Tensor flat, ReaderStatistics seen, long[] kept, bool centred)
    {
        var indices = tensor(kept);
        // With few rows a share of the covariance is chance; the old weights are the better guess there.
        double strength = damping + (seen.Count < 4 * kept.Length ? Math.Min(1, kept.Length / (4.0 * seen.Count)) * 0.01 : 0);
        var result = zeros(flat.shape, ScalarType.Float64);
        result.index_copy_(1, indices, LeastSquares.Solve(flat, seen.Cross(centred), seen.Own(centred), indices, strength));
        return result;
    }

    // The bias, or the running means of batch norms where each layer's only reader is one; nothing otherwise.
    private List<(string Name, int Sign)> ShiftTargets()
    {
        if (site.Conv.Bias)
        {
            return [(site.Conv.BiasName, 1)];
        }
        var targets = new List<(string, int)>();
        foreach (var layer in site.Layers)
        {
            var readers = network.Layers.Where(l => l.Inputs.Contains(layer.Name)).ToList();
            if (readers is not [BatchNormLayer norm])
            {
                return [];
            }
            targets.Add((norm.Name + ".running_mean", -1));
        }
        return targets;
    }
}
