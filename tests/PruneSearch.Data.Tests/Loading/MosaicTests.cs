using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Loading;

namespace PruneSearch.Data.Tests.Loading;

/// <summary>Mosaics of pictures of one colour each, whose every pixel tells which picture it comes from.</summary>
public sealed class MosaicTests
{
    private const int Size = 40, Steps = 60;

    private readonly DetectionDataset _dataset;

    public MosaicTests()
    {
        string folder = Some.EmptyFolder();
        for (int i = 0; i < 4; i++)
        {
            Some.Picture(Path.Combine(folder, $"{i}.png"), 100, 100, (byte)(40 + 60 * i));
        }
        // Each picture's object is the picture: what is to be seen of it is where its colour is.
        var whole = Some.Dataset([.. Enumerable.Range(0, 4).Select(i => (i % 2, new PixelBox(0, 0, 100, 100)))]);
        _dataset = whole with { Root = folder };
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Boxes_are_where_their_pictures_are(bool flip)
    {
        int mosaics = 0;
        foreach (var batch in Loader(new AugmentationOptions { Mosaic = true, Flip = flip }).Batches(0, Steps, TestContext.Current.CancellationToken))
        {
            var image = batch.Images[0];
            mosaics += image.Boxes.Length > 1 ? 1 : 0;
            bool[] covered = new bool[Size * Size];
            for (int b = 0; b < image.Boxes.Length; b++)
            {
                var box = image.Boxes[b];
                float red = float.NaN;
                for (int y = (int)MathF.Round(box.YMin * Size); y < (int)MathF.Round(box.YMax * Size); y++)
                {
                    for (int x = (int)MathF.Round(box.XMin * Size); x < (int)MathF.Round(box.XMax * Size); x++)
                    {
                        float here = batch.Pixels[(y * Size + x) * 3];
                        red = float.IsNaN(red) ? here : red;
                        Assert.Equal(red, here);
                        Assert.False(covered[y * Size + x], "two pictures overlap");
                        covered[y * Size + x] = true;
                    }
                }
                int picture = (int)Math.Round(((red + 1) * 127.5 - 40) / 60);
                Assert.Equal(picture % 2, image.Classes[b]);
            }
            for (int i = 0; i < covered.Length; i++)
            {
                Assert.True(covered[i] || batch.Pixels[i * 3] == 0 || image.Boxes.Length < 4, "a picture is to be seen where it has no box");
            }
        }
        Assert.InRange(mosaics, Steps / 4, 3 * Steps / 4);
    }

    [Fact]
    public void Equal_seeds_give_equal_mosaics()
    {
        var all = new AugmentationOptions { Mosaic = true, Flip = true, Crop = true, Photometric = true };
        Assert.Equal(Loader(all).Load(7).Pixels, Loader(all).Load(7).Pixels);
        Assert.NotEqual(Loader(all).Load(7).Pixels, Loader(all).Load(8).Pixels);
    }

    private TrainingLoader Loader(AugmentationOptions augmentation) =>
        new(_dataset, new TrainingLoaderOptions { Input = InputSpec.Stretched(Size), BatchSize = 1, Seed = 5, Augmentation = augmentation });
}
