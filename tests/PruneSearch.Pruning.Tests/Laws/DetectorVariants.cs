using System.Globalization;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Pruning.Laws;

/// <summary>Every variant of every detector, small.</summary>
internal static class DetectorVariants
{
    private static readonly SortedDictionary<string, (DetectorSpec Narrow, DetectorSpec Wide)> Specs = new(
        Ssd().Concat(Yolox()).Concat(RetinaNet()).ToDictionary(p => p.Name, p => (p.Narrow, p.Wide)), StringComparer.Ordinal);

    public static IEnumerable<TheoryDataRow<string>> Names => Specs.Keys.Select(n => new TheoryDataRow<string>(n));

    /// <summary>Builds a narrow variant for pictures of 32 pixels, quick enough for hundreds of prunings, at some widths.</summary>
    public static DetectorModel Create(string name, SortedDictionary<string, int>? widths = null) => Build(Specs[name].Narrow, widths);

    /// <summary>Builds a variant at the width in its name for pictures of 64 pixels, at some widths.</summary>
    public static DetectorModel CreateWide(string name, SortedDictionary<string, int>? widths = null) => Build(Specs[name].Wide, widths);

    private static DetectorModel Build(DetectorSpec spec, SortedDictionary<string, int>? widths) =>
        DetectorCatalog.Build(widths is null ? spec : spec with { Widths = widths });

    private static IEnumerable<(string Name, DetectorSpec Narrow, DetectorSpec Wide)> Ssd()
    {
        double[] widths = [0.35, 0.5, 1.0], narrowWidths = [0.1, 0.2, 0.3];
        int turn = 0;
        foreach (var extras in Enum.GetValues<ExtraLayerStyle>())
        {
            foreach (var heads in Enum.GetValues<HeadStyle>())
            {
                foreach (bool norms in (bool[])[true, false])
                {
                    foreach (var padding in Enum.GetValues<PaddingStyle>())
                    {
                        var (width, narrow) = (widths[turn % widths.Length], narrowWidths[turn++ % widths.Length]);
                        var options = new SsdOptions { Extras = extras, Heads = heads, Padding = padding };
                        DetectorSpec At(double multiplier, int size) =>
                            SsdFamily.Spec(["a", "b"], options with { WidthMultiplier = multiplier }) with { InputSize = size, BatchNorm = norms };
                        string name = string.Create(CultureInfo.InvariantCulture, $"{extras}-{heads}-{(norms ? "norms" : "biases")}-{padding}-{width}");
                        yield return (name, At(narrow, 32), At(width, 64));
                    }
                }
            }
        }
    }

    private static IEnumerable<(string Name, DetectorSpec Narrow, DetectorSpec Wide)> Yolox()
    {
        double[] widths = [0.25, 0.375, 0.5], narrowWidths = [0.0625, 0.09375, 0.125];
        int turn = 0;
        foreach (bool depthwise in (bool[])[true, false])
        {
            foreach (bool norms in (bool[])[true, false])
            {
                foreach (double depth in (double[])[0.33, 0.67])
                {
                    var (width, narrow) = (widths[turn % widths.Length], narrowWidths[turn++ % widths.Length]);
                    var options = new YoloxOptions { Depth = depth, Depthwise = depthwise };
                    DetectorSpec At(double multiplier, int size) =>
                        YoloxFamily.Spec(["a", "b"], options with { Width = multiplier }, size) with { BatchNorm = norms };
                    string convolutions = depthwise ? "depthwise" : "full", norm = norms ? "norms" : "biases";
                    yield return (string.Create(CultureInfo.InvariantCulture, $"yolox-{convolutions}-{norm}-{depth}-{width}"), At(narrow, 32), At(width, 64));
                }
            }
        }
    }

    private static IEnumerable<(string Name, DetectorSpec Narrow, DetectorSpec Wide)> RetinaNet()
    {
        double[] widths = [0.35, 0.5, 1.0], narrowWidths = [0.1, 0.2, 0.3];
        int turn = 0;
        foreach (var heads in Enum.GetValues<HeadConvolutions>())
        {
            foreach (var norms in Enum.GetValues<HeadNorms>())
            {
                foreach (var padding in Enum.GetValues<PaddingStyle>())
                {
                    var (width, narrow) = (widths[turn % widths.Length], narrowWidths[turn++ % widths.Length]);
                    var options = new RetinaNetOptions { PyramidWidth = 64, HeadDepth = 2, Heads = heads, HeadNorms = norms, Padding = padding };
                    yield return (string.Create(CultureInfo.InvariantCulture, $"retinanet-{heads}-{norms}-{padding}-{width}"),
                        RetinaNetFamily.Spec(["a", "b"], options with { WidthMultiplier = narrow }, 32),
                        RetinaNetFamily.Spec(["a", "b"], options with { WidthMultiplier = width }, 64));
                }
            }
        }
        var biases = RetinaNetFamily.Spec(["a", "b"], new() { PyramidWidth = 64, HeadDepth = 0, WidthMultiplier = 0.1 }, 32) with { BatchNorm = false };
        yield return ("retinanet-biases", biases, biases with { InputSize = 64 });
        var resnet = RetinaNetFamily.Spec(
            ["a", "b"], new() { Backbone = RetinaNetBackbone.ResNet18, PyramidWidth = 64, HeadDepth = 1, Padding = PaddingStyle.Symmetric }, 32);
        yield return ("retinanet-resnet-18", resnet, resnet with { InputSize = 64 });
        var bottlenecks = resnet.WithOption("backbone", "resnet-50");
        yield return ("retinanet-resnet-50", bottlenecks, bottlenecks with { InputSize = 64 });
    }
}
