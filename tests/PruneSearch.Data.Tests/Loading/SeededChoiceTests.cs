using PruneSearch.Data.Loading;

namespace PruneSearch.Data.Tests.Loading;

public sealed class SeededChoiceTests
{
    private static readonly string[] All = [.. Enumerable.Range(0, 9).Select(i => $"{i}.png")];

    [Fact]
    public void A_seed_picks_the_same_pictures_and_another_one_others()
    {
        Assert.Equal(4, Picked(4, seed: 1).Distinct().Count());
        Assert.Equal(Picked(4, seed: 1), Picked(4, seed: 1));
        Assert.NotEqual(Picked(4, seed: 1), Picked(4, seed: 2));
        Assert.Equal(Picked(4, seed: 1), Picked(6, seed: 1)[..4]); // more are those and others
        Assert.Equal("6.png 0.png 1.png", string.Join(" ", Picked(3, seed: 1))); // on every machine
    }

    [Fact]
    public void Where_there_are_fewer_all_are_taken() => Assert.Equal(All, Picked(50, seed: 3).Order(StringComparer.Ordinal));

    private static string[] Picked(int count, int seed) =>
        [.. SeededChoice.Of(Some.Dataset([.. All.Select(_ => (0, new Data.Datasets.PixelBox(1, 1, 9, 9)))]), count, seed).Samples.Select(s => s.File)];
}
