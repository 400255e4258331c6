using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Pruning.Laws;

/// <summary>Every variant of every detector, small.</summary>
internal static class DetectorVariants
{
    private static readonly SortedDictionary<string, DetectorSpec> Specs = new(All().ToDictionary(p => p.Name, p => p.Spec), StringComparer.Ordinal);

    public static IEnumerable<TheoryDataRow<string>> Names => Specs.Keys.Select(n => new TheoryDataRow<string>(n));

    /// <summary>Builds a variant at some widths.</summary>
    public static DetectorModel Create(string name, SortedDictionary<string, int>? widths = null) =>
        DetectorCatalog.Build(widths is null ? Specs[name] : Specs[name] with { Widths = widths });

    private static IEnumerable<(string Name, DetectorSpec Spec)> All()
    {
        double[] widths = [0.35, 0.5, 1.0];
        int turn = 0;
        foreach (var extras in Enum.GetValues<ExtraLayerStyle>())
        {
            foreach (var heads in Enum.GetValues<HeadStyle>())
            {
                foreach (bool norms in (bool[])[true, false])
                {
                    foreach (var padding in Enum.GetValues<PaddingStyle>())
                    {
                        double width = widths[turn++ % widths.Length];
                        yield return ($"{extras}-{heads}-{(norms ? "norms" : "biases")}-{padding}-{width}", new DetectorSpec
                        {
                            Architecture = SsdMobileNetV2.Architecture,
                            Classes = ["a", "b"],
                            InputSize = 64,
                            WidthMultiplier = width,
                            Extras = extras,
                            Heads = heads,
                            BatchNorm = norms,
                            Padding = padding,
                        });
                    }
                }
            }
        }
    }
}
