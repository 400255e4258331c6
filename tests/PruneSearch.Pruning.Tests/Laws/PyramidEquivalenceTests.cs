namespace PruneSearch.Tests.Pruning.Laws;

/// <summary><see cref="Equivalence"/> of detectors with a pyramid; a class of its own, so that the two run side by side.</summary>
public sealed class PyramidEquivalenceTests
{
    public static IEnumerable<TheoryDataRow<string>> Detectors => DetectorVariants.Names.Where(n => HasPyramid(n.Data));

    /// <summary>Whether a variant of that name is of a family with a pyramid.</summary>
    internal static bool HasPyramid(string name) =>
        name.StartsWith("retinanet", StringComparison.Ordinal) || name.StartsWith("yolox", StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Detectors))]
    public void Detectors_shrink_to_the_same_function(string name) => Equivalence.RequireEquivalence(
        DetectorVariants.Create(name).Network, widths => DetectorVariants.Create(name, widths).Network, Equivalence.Prunings, length: 5);

    [Theory]
    [MemberData(nameof(Detectors))]
    public void Wide_detectors_shrink_to_the_same_function(string name) => Equivalence.RequireEquivalence(
        DetectorVariants.CreateWide(name).Network, widths => DetectorVariants.CreateWide(name, widths).Network, Equivalence.WideDetectorPrunings, length: 1);

    [Theory]
    [MemberData(nameof(Detectors))]
    public void Pruning_a_detector_twice_is_pruning_it_once_to_the_same_channels(string name) =>
        Equivalence.RequireOnceIsTwice(DetectorVariants.Create(name).Network, widths => DetectorVariants.Create(name, widths).Network);
}
