using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Compensation;

/// <summary>Runs calibration pictures through a network and gathers what its readers read.</summary>
internal static class ReaderCollector
{
    /// <summary>Statistics of single positions for all readers of groups, by site key; the caller disposes them.</summary>
    public static IReadOnlyDictionary<string, ReaderStatistics> Collect(
        Network network, WeightSet weights, IReadOnlySet<string> groups, IReadOnlyList<Tensor> calibration, PositionWeights? positions = null)
    {
        var sites = ReaderSite.Of(network, groups);
        var statistics = sites.ToDictionary(s => s.Key, _ => new ReaderStatistics(), StringComparer.Ordinal);
        var byLayer = sites.SelectMany(s => s.Layers.Select(l => (l.Name, Site: s))).ToLookup(p => p.Name, p => p.Site, StringComparer.Ordinal);
        using var runner = new TorchNetwork(network, weights);
        using var guard = no_grad();
        foreach (var (index, batch) in calibration.Index())
        {
            using var scope = NewDisposeScope();
            runner.Forward(batch, observe: (layer, input, _) =>
            {
                foreach (var site in byLayer[layer.Name])
                {
                    using var inner = NewDisposeScope();
                    var conv = (ConvLayer)layer;
                    statistics[site.Key].Add(site.Rows(conv, input, unfold: false), ReaderSite.PositionRows(conv, input, unfold: false, positions, index));
                }
            });
        }
        return statistics;
    }
}
