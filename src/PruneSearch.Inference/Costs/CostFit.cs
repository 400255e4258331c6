using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Inference.Latency;

namespace PruneSearch.Inference.Costs;

/// <summary>A structure that was measured.</summary>
/// <param name="Widths">Width of every channel group.</param>
/// <param name="Share">Its latency over that of the dense network, measured in turns.</param>
/// <param name="Layers">Layer name to its part of that share.</param>
internal sealed record StructureCosts(IReadOnlyDictionary<string, int> Widths, double Share, IReadOnlyDictionary<string, double> Layers);

/// <summary>Fits a <see cref="CostTable"/> to measured structures: each layer for itself, all with the multiple that explains them best.</summary>
internal static class CostFit
{
    // Of what vector units compute at once, on any processor that is known.
    private static readonly int[] Multiples = [8, 16, 32];

    private const int Folds = 5;
    private const double Ridge = 1e-6;

    public static CostTable Table(Network dense, IReadOnlyList<StructureCosts> measured, double denseMilliseconds, MeasuringDevice device)
    {
        LayerCost[] layers = [.. Layers(dense, measured)];
        var (multiple, heldOut) = Multiples.Select(m => (Multiple: m, Error: HeldOut(layers, measured, m))).MinBy(e => e.Error.Mean);
        return new CostTable
        {
            Device = device,
            DenseMilliseconds = denseMilliseconds,
            Multiple = multiple,
            Structures = measured.Count,
            HeldOut = heldOut,
            Layers = Fit(layers, measured, multiple),
            StandIns = dense.Blocks.Where(b => b.Instead is not null).ToDictionary(b => b.Groups[0], b => b.Instead!, StringComparer.Ordinal),
        };
    }

    private static IEnumerable<LayerCost> Layers(Network dense, IReadOnlyList<StructureCosts> measured)
    {
        var timed = measured.SelectMany(m => m.Layers.Keys).ToHashSet(StringComparer.Ordinal);
        var blocks = dense.Blocks.SelectMany(b => b.Layers.Union(b.Ends.Select(e => e.Layer)).Select(l => (Layer: l, b.Groups)))
            .ToDictionary(b => b.Layer, b => b.Groups);
        foreach (var layer in dense.Layers.Where(l => timed.Contains(l.Name)))
        {
            var input = layer.Inputs.Count == 0 ? layer.Channels : ChannelLayout.Concat(layer.Inputs.Select(i => dense[i].Channels));
            // A convolution's nodes may be called after the activation that was merged into it.
            var conv = ConvolutionOf(dense, layer);
            yield return new LayerCost(layer.Name, conv is { Depthwise: false }, (conv?.InputChannels ?? input).Segments, layer.Channels.Segments,
                blocks.GetValueOrDefault(layer.Name, []), []);
        }
        if (timed.Contains(LayerTimes.Outputs))
        {
            yield return new LayerCost(LayerTimes.Outputs, false, [], [], [], []);
        }
    }

    private static ConvLayer? ConvolutionOf(Network network, Layer layer) => layer switch
    {
        ConvLayer conv => conv,
        ActivationLayer or BatchNormLayer => ConvolutionOf(network, network[layer.Inputs[0]]),
        _ => null,
    };

    private static CostError HeldOut(LayerCost[] layers, IReadOnlyList<StructureCosts> measured, int multiple)
    {
        var errors = new List<double>();
        for (int fold = 0; fold < Folds; fold++)
        {
            var fitted = Fit(layers, [.. measured.Where((_, i) => i % Folds != fold)], multiple);
            errors.AddRange(measured.Where((_, i) => i % Folds == fold).Select(m => fitted.Sum(l => l.At(m.Widths, multiple)) / m.Share - 1));
        }
        return CostError.Of(errors);
    }

    // Errors count as shares of the whole network's latency.
    private static LayerCost[] Fit(LayerCost[] layers, IReadOnlyList<StructureCosts> measured, int multiple) =>
    [
        .. layers.Select(layer => layer with
        {
            Shares = NonNegativeLeastSquares.Solve(
                [.. measured.Select(m => layer.FeaturesAt(m.Widths, multiple).Select(f => f / m.Share).ToArray())],
                [.. measured.Select(m => m.Layers.GetValueOrDefault(layer.Layer) / m.Share)], Ridge),
        }),
    ];
}
