using PruneSearch.Data.Shapes;

namespace PruneSearch.Data.Tests.Shapes;

public sealed class ShapesDatasetTests(ShapesFixture shapes) : IClassFixture<ShapesFixture>
{
    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        string again = Some.EmptyFolder(), other = Some.EmptyFolder();
        ShapesDataset.Write(again, ShapesFixture.Options, TestContext.Current.CancellationToken);
        ShapesDataset.Write(other, ShapesFixture.Options with { Seed = 6 }, TestContext.Current.CancellationToken);
        Assert.Equal(shapes.Train.ManifestHash, ShapesDataset.Read(again, "train").ManifestHash);
        Assert.NotEqual(shapes.Train.ManifestHash, ShapesDataset.Read(other, "train").ManifestHash);
    }

    [Fact]
    public void Splits_differ_and_objects_have_the_promised_size()
    {
        Assert.Empty(shapes.Train.Samples.Select(s => s.Sha256).Intersect(shapes.Validation.Samples.Select(s => s.Sha256)));
        Assert.Equal(10, shapes.Train.Samples.Count);
        var promised = ShapesFixture.Options;
        foreach (var sample in shapes.Train.Samples)
        {
            Assert.InRange(sample.Objects.Count, 1, promised.MaxObjects);
            Assert.All(sample.Objects, o => Assert.InRange(Math.Max(o.Box.Width, o.Box.Height) / 64, promised.MinEdge - 0.001, promised.MaxEdge + 0.001));
        }
    }
}
