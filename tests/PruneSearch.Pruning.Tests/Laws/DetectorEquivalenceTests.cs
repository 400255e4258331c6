namespace PruneSearch.Tests.Pruning.Laws;

/// <summary><see cref="Equivalence"/> of detectors whose levels stand one after the other.</summary>
public sealed class DetectorEquivalenceTests
{
    public static IEnumerable<TheoryDataRow<string>> Detectors => DetectorVariants.Names.Where(n => !PyramidEquivalenceTests.HasPyramid(n.Data));

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
