using System.Globalization;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Pruning.Laws;

/// <summary>Every variant of every detector, small.</summary>
internal static class DetectorVariants
{
    private static readonly SortedDictionary<string, DetectorSpec> Specs = new(All().ToDictionary(p => p.Name, p => p.Spec), StringComparer.Ordinal);

    public static IEnumerable<TheoryDataRow<string>> Names => Specs.Keys.Select(n => new TheoryDataRow<string>(n));

    /// <summary>Builds a narrow variant for pictures of 32 pixels, quick enough for hundreds of prunings, at some widths.</summary>
    public static DetectorModel Create(string name, SortedDictionary<string, int>? widths = null) => Build(Specs[name], widths);

    /// <summary>Builds a variant at the width in its name for pictures of 64 pixels, at some widths.</summary>
    public static DetectorModel CreateWide(string name, SortedDictionary<string, int>? widths = null) =>
        Build((Specs[name] with { InputSize = 64 }).WithOption("widthMultiplier", double.Parse(name[(name.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture)), widths);

    private static DetectorModel Build(DetectorSpec spec, SortedDictionary<string, int>? widths) =>
        DetectorCatalog.Build(widths is null ? spec : spec with { Widths = widths });

    private static IEnumerable<(string Name, DetectorSpec Spec)> All()
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
                        yield return (string.Create(CultureInfo.InvariantCulture, $"{extras}-{heads}-{(norms ? "norms" : "biases")}-{padding}-{width}"), new DetectorSpec
                        {
                            Architecture = SsdFamily.Architecture,
                            Classes = ["a", "b"],
                            InputSize = 32,
                            BatchNorm = norms,
                            Options = new SsdOptions { WidthMultiplier = narrow, Extras = extras, Heads = heads, Padding = padding },
                        });
                    }
                }
            }
        }
    }
}
