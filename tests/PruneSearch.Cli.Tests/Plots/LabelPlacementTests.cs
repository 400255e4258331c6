using PruneSearch.Cli.Plots;
using PruneSearch.Core;
using PruneSearch.Data.Augmentation;

namespace PruneSearch.Cli.Tests.Plots;

public sealed class LabelPlacementTests
{
    private static readonly PixelBounds Area = new(0, 0, 400, 300);

    [Fact]
    public void A_label_stands_above_its_point_and_the_next_of_the_same_point_below()
    {
        LabelPlacement.Label label = new(200, 150, 7, 40, 14);

        Assert.Equal([(200, 133), (200, 167)], LabelPlacement.Place([label, label], [], Area).Select(p => p!.Value));
        Assert.Equal((200, 167), LabelPlacement.Place([label with { Below = true }], [], Area)[0]);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 25)]
    [InlineData(3, 200)] // more than there is room for
    public void No_label_covers_another_one_or_a_marker_or_leaves_the_area(int seed, int count)
    {
        var random = new SeededRandom(seed);
        var labels = Enumerable.Range(0, count)
            .Select(_ => new LabelPlacement.Label(random.NextDouble(0, 400), random.NextDouble(0, 300), 7, random.NextDouble(20, 50), 14, random.NextBool()))
            .ToList();
        var markers = labels.ConvertAll(l => PixelBounds.Around(l.X, l.Y, 14, 14));

        var places = LabelPlacement.Place(labels, markers, Area);

        var bounds = labels.Zip(places).Where(l => l.Second is not null)
            .Select(l => PixelBounds.Around(l.Second!.Value.X, l.Second.Value.Y, l.First.Width, l.First.Height)).ToList();
        Assert.All(bounds, b => Assert.True(Area.Holds(b)));
        Assert.All(bounds, b => Assert.DoesNotContain(markers, b.Overlaps));
        Assert.All(bounds.Index(), b => Assert.DoesNotContain(bounds[..b.Index], b.Item.Overlaps));
        Assert.True(bounds.Count >= Math.Min(count, 5) - 1, $"only {bounds.Count} found a place");
    }
}
