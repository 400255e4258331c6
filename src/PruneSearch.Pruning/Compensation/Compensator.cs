using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using PruneSearch.Pruning.Selection;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Compensation;

/// <summary>
/// Re-solves the convolutions that read pruned channels, by least squares on calibration pictures, so that they give their
/// old output from the channels that stay (channel pruning by reconstruction: He, Zhang, Sun 2017; Luo, Wu, Lin 2017).
/// The shift of the mean goes into the bias or into the running mean of the batch norm behind it.
/// </summary>
public static class Compensator
{
    // Windows with more values than this are solved channel by channel: their covariance would take too much memory.
    private const int LargestWindow = 4608;

    /// <summary>Solves all readers of the groups that a plan cuts.</summary>
    /// <param name="network">The network before cutting.</param>
    /// <param name="weights">Its weights; not changed.</param>
    /// <param name="plan">What will stay.</param>
    /// <param name="calibration">Batches of pictures <c>[N, 3, size, size]</c>, at least one. The caller owns them.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Checked before each batch.</param>
    /// <returns>Weights of the same shapes that do not read the channels that go any more; cut them out next.</returns>
    /// <exception cref="ArgumentException">There are no pictures, or an option is outside its range.</exception>
    public static WeightSet Solve(
        Network network, WeightSet weights, PruningPlan plan, IReadOnlyList<Tensor> calibration, CompensationOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new CompensationOptions();
        Require(calibration, options);
        var solved = new WeightSet();
        foreach (var (name, tensor) in weights)
        {
            solved.Add(name, new WeightTensor(tensor.Shape, [.. tensor.Values]));
        }
        var sites = ReaderSite.Of(network, plan.Kept.Keys.ToHashSet(StringComparer.Ordinal));
        long images = calibration.Sum(b => b.shape[0]);
        using var original = new TorchNetwork(network, weights);
        var rounds = sites.Chunk(Math.Max(1, (sites.Count + options.Rounds - 1) / options.Rounds)).ToList();
        for (int round = 0; round < rounds.Count; round++)
        {
            bool Unfold(ReaderSite site) => Unfolds(site, plan, images);
            using var current = round == 0 ? null : new TorchNetwork(network, solved);
            var statistics = ReaderCollector.Collect(rounds[round], Unfold, original, current, calibration, cancellation);
            foreach (var site in rounds[round])
            {
                using var seen = statistics[site.Key];
                new SiteSolver(network, site, plan, options.Damping).Solve(solved, seen, Unfold(site));
            }
        }
        return solved;
    }

    // A window is worth its unknowns only when there are enough positions to determine them.
    private static bool Unfolds(ReaderSite site, PruningPlan plan, long images)
    {
        int window = site.Layout.Width * site.Conv.Kernel * site.Conv.Kernel;
        int unknown = SiteSolver.KeptChannels(site, plan).Length * site.Conv.Kernel * site.Conv.Kernel;
        long positions = site.Layers.Sum(l => (long)l.Height * l.Width) * images;
        return window <= LargestWindow && positions >= unknown;
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
        if (options.Rounds < 1)
        {
            throw new ArgumentException($"{options.Rounds} rounds are not at least 1.");
        }
    }
}
