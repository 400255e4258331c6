using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Compensation;

/// <summary>Runs calibration pictures through a network and gathers what its readers see.</summary>
internal static class ReaderCollector
{
    /// <summary>Statistics of single positions for all readers of groups, by site key; the caller disposes them.</summary>
    public static IReadOnlyDictionary<string, ReaderStatistics> Collect(Network network, WeightSet weights, IReadOnlyList<ChannelGroup> groups, IReadOnlyList<Tensor> calibration)
    {
        var sites = ReaderSite.Of(network, groups.Select(g => g.Name).ToHashSet(StringComparer.Ordinal));
        using var runner = new TorchNetwork(network, weights);
        return Collect(sites, _ => false, runner, null, calibration, CancellationToken.None);
    }

    /// <summary>Statistics for some sites, by site key; the caller disposes them.</summary>
    /// <param name="sites">The sites.</param>
    /// <param name="unfold">Whether a site's rows are whole windows.</param>
    /// <param name="original">The network as it was.</param>
    /// <param name="current">The network with earlier readers already solved; <see langword="null"/> when there are none.</param>
    /// <param name="calibration">Pictures.</param>
    /// <param name="cancellation">Checked before each batch.</param>
    public static IReadOnlyDictionary<string, ReaderStatistics> Collect(
        IReadOnlyList<ReaderSite> sites, Func<ReaderSite, bool> unfold, TorchNetwork original, TorchNetwork? current, IReadOnlyList<Tensor> calibration, CancellationToken cancellation)
    {
        var statistics = sites.ToDictionary(s => s.Key, _ => new ReaderStatistics(), StringComparer.Ordinal);
        var byLayer = sites.SelectMany(s => s.Layers.Select(l => (l.Name, Site: s))).ToLookup(p => p.Name, p => p.Site, StringComparer.Ordinal);
        using var guard = no_grad();
        foreach (var batch in calibration)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var seen = new Dictionary<string, Tensor>(StringComparer.Ordinal);
            original.Forward(batch, observe: (layer, input, _) =>
            {
                foreach (var site in byLayer[layer.Name])
                {
                    if (current is not null)
                    {
                        seen[layer.Name] = input.alias().MoveToOuterDisposeScope();
                        continue;
                    }
                    using var rows = site.Rows((ConvLayer)layer, input, unfold(site));
                    statistics[site.Key].Add(rows);
                }
            });
            current?.Forward(batch, observe: (layer, input, _) =>
            {
                foreach (var site in byLayer[layer.Name])
                {
                    using var rows = site.Rows((ConvLayer)layer, seen[layer.Name], unfold(site));
                    using var now = site.Rows((ConvLayer)layer, input, unfold(site));
                    statistics[site.Key].Add(rows, now);
                }
            });
        }
        return statistics;
    }
}
