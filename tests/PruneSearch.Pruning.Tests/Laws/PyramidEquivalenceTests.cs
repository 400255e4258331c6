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
    public void Detectors_shrink_to_the_same_function(string name) => DetectorEquivalence.RequireShrinking(name);

    [Theory]
    [MemberData(nameof(Detectors))]
    public void Wide_detectors_shrink_to_the_same_function(string name) => DetectorEquivalence.RequireShrinkingWhenWide(name);

    [Theory]
    [MemberData(nameof(Detectors))]
    public void Pruning_a_detector_twice_is_pruning_it_once_to_the_same_channels(string name) => DetectorEquivalence.RequireOnceIsTwice(name);
}
