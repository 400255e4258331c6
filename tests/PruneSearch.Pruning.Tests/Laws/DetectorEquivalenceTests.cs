namespace PruneSearch.Tests.Pruning.Laws;

/// <summary><see cref="Equivalence"/> of detectors whose levels stand one after the other.</summary>
public sealed class DetectorEquivalenceTests
{
    public static IEnumerable<TheoryDataRow<string>> Detectors => DetectorVariants.Names.Where(n => !PyramidEquivalenceTests.HasPyramid(n.Data));

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
