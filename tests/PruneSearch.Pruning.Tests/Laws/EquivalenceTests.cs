namespace PruneSearch.Tests.Pruning.Laws;

/// <summary><see cref="Equivalence"/> of small networks, one for each way in which layers can be joined.</summary>
public sealed class EquivalenceTests
{
    private const int Prunings = 60;

    public static IEnumerable<TheoryDataRow<string>> Names => Vocabulary.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Small_networks_shrink_to_the_same_function(string name) =>
        Equivalence.RequireEquivalence(Vocabulary.Create(name), widths => Vocabulary.Create(name, widths), Prunings, length: 4);

    [Theory]
    [MemberData(nameof(Names))]
    public void Pruning_twice_is_pruning_once_to_the_same_channels(string name) =>
        Equivalence.RequireOnceIsTwice(Vocabulary.Create(name), widths => Vocabulary.Create(name, widths));
}
