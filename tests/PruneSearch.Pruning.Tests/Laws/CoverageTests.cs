namespace PruneSearch.Tests.Pruning.Laws;

/// <summary>The first law, unpruned and after repeated pruning.</summary>
public sealed class CoverageTests
{
    private const int Prunings = 200;

    public static IEnumerable<TheoryDataRow<string>> Names => Vocabulary.Names;

    public static IEnumerable<TheoryDataRow<string>> Detectors => DetectorVariants.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Small_networks_are_covered(string name)
    {
        var dense = Vocabulary.Create(name);
        ChannelCoverage.Require(dense);
        foreach (var (network, _) in RandomPlans.Chains(dense, widths => Vocabulary.Create(name, widths), Prunings, length: 4))
        {
            ChannelCoverage.Require(network);
        }
    }

    [Theory]
    [MemberData(nameof(Detectors))]
    public void Detectors_are_covered(string name)
    {
        var dense = DetectorVariants.Create(name).Network;
        ChannelCoverage.Require(dense);
        foreach (var (network, _) in RandomPlans.Chains(dense, widths => DetectorVariants.Create(name, widths).Network, Prunings, length: 5))
        {
            ChannelCoverage.Require(network);
        }
    }
}
