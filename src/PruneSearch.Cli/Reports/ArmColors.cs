using PruneSearch.Core.Comparisons;
using ScottPlot;

namespace PruneSearch.Cli.Reports;

/// <summary>A colour for each arm, the same in every picture of a search.</summary>
internal sealed class ArmColors
{
    public static readonly Color Original = Color.FromHex("#B3202A");

    public static readonly Color Control = Color.FromHex("#7A7A7A");

    // Apart from one another also for readers who see red and green alike (Okabe, Ito 2008).
    private static readonly Color[] Palette =
        [Color.FromHex("#0072B2"), Color.FromHex("#E69F00"), Color.FromHex("#009E73"), Color.FromHex("#CC79A7"), Color.FromHex("#56B4E9"),
            Color.FromHex("#7B4B00")];

    private static readonly MarkerShape[] Shapes =
        [MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond, MarkerShape.FilledTriangleDown];

    private readonly List<string> _arms;
    private readonly List<string?> _variants;

    public ArmColors(SearchResults results) =>
        (_variants, _arms) = ([.. results.Variants], [.. results.Variants.SelectMany(results.Pruned).Select(a => a.Arm).Distinct()]);

    /// <summary>Names of the arms that prune, in plan order.</summary>
    public IReadOnlyList<string> Arms => _arms;

    public Color Of(string arm) => Palette[Math.Max(0, _arms.IndexOf(arm)) % Palette.Length];

    public MarkerShape Shape(string? variant) => Shapes[Math.Max(0, _variants.IndexOf(variant)) % Shapes.Length];
}
