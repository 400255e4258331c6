namespace PruneSearch.Tests.Pruning.Laws;

/// <summary><see cref="Equivalence"/> of a detector by the name of its variant.</summary>
internal static class DetectorEquivalence
{
    /// <summary>Every pruning gives the same function as zeroes where the channels were.</summary>
    public static void RequireShrinking(string name) => Equivalence.RequireEquivalence(
        DetectorVariants.Create(name).Network, widths => DetectorVariants.Create(name, widths).Network, Equivalence.Prunings, length: 5);

    /// <summary>The same at the widths that are deployed.</summary>
    public static void RequireShrinkingWhenWide(string name) => Equivalence.RequireEquivalence(
        DetectorVariants.CreateWide(name).Network, widths => DetectorVariants.CreateWide(name, widths).Network, Equivalence.WideDetectorPrunings, length: 1);

    /// <summary>Pruning twice is pruning once to the same channels.</summary>
    public static void RequireOnceIsTwice(string name) =>
        Equivalence.RequireOnceIsTwice(DetectorVariants.Create(name).Network, widths => DetectorVariants.Create(name, widths).Network);
}
