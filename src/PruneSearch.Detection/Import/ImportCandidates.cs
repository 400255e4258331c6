using PruneSearch.Core.Detectors;

namespace PruneSearch.Detection.Import;

/// <summary>The members of the detector family that a file of weights may belong to.</summary>
internal static class ImportCandidates
{
    /// <summary>Widths that MobileNet-V2 is published in, and a quarter.</summary>
    public static IReadOnlyList<double> WidthMultipliers { get; } = [1.0, 0.75, 0.5, 0.35, 0.25, 1.3, 1.4];

    /// <summary>All combinations of extra layers and heads; that of the template comes first.</summary>
    public static IEnumerable<DetectorSpec> Of(DetectorSpec template) =>
        from extras in Enum.GetValues<ExtraLayerStyle>().OrderByDescending(e => e == template.Extras)
        from heads in Enum.GetValues<HeadStyle>().OrderByDescending(h => h == template.Heads)
        select template with { Extras = extras, Heads = heads };
}
