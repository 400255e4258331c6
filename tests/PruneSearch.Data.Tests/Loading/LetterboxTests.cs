using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Images;
using PruneSearch.Data.Loading;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Data.Tests.Loading;

/// <summary>Wide pictures of one colour, all of which is one object, in a square input that keeps their shape.</summary>
public sealed class LetterboxTests
{
    private const int Size = 32;
    private static readonly InputRule Rule =
        new() { Fit = InputFit.Letterbox, Fill = 114, Channels = ChannelOrder.Bgr, Mean = [0, 10, 0], Deviation = [1, 1, 2] };

    [Theory]
    [InlineData(100, 50, LetterboxPlace.TopLeft, 0, 0)]
    [InlineData(50, 100, LetterboxPlace.TopLeft, 0, 0)]
    [InlineData(100, 50, LetterboxPlace.Center, 0, 8)]
    [InlineData(50, 100, LetterboxPlace.Center, 8, 0)]
    public void A_picture_keeps_its_shape_and_what_is_left_has_the_fill(int width, int height, LetterboxPlace place, int left, int top)
    {
        var batch = new EvaluationLoader(
            Data(width, height), new InputSpec(Size, Rule with { Place = place })).Batches(TestContext.Current.CancellationToken).Single();

        int right = left + (width < height ? Size / 2 : Size), bottom = top + (height < width ? Size / 2 : Size);
        for (int i = 0; i < Size * Size; i++)
        {
            var (y, x) = Math.DivRem(i, Size);
            bool inside = x >= left && x < right && y >= top && y < bottom;
            // Shade 100, 155, 50 in RGB; what lies outside is 114.
            float[] expected = inside ? [50, 155 - 10, 100 / 2f] : [114, 114 - 10, 114 / 2f];
            Assert.Equal(expected, batch.Pixels[(i * 3)..(i * 3 + 3)], (e, a) => Math.Abs(e - a) < 0.01f);
        }
        Assert.Equal(new BoxCorners((float)top / Size, (float)left / Size, (float)bottom / Size, (float)right / Size), batch.Images[0].Boxes[0]);
    }

    [Theory]
    [InlineData(100, 50)]
    [InlineData(37, 90)]
    [InlineData(64, 64)]
    public void Detections_are_brought_back_to_the_picture(int width, int height)
    {
        foreach (var place in Enum.GetValues<LetterboxPlace>())
        {
            var batch = new EvaluationLoader(
                Data(width, height), new InputSpec(Size, Rule with { Place = place })).Batches(TestContext.Current.CancellationToken).Single();

            var found = new[] { new Detection(0, 1, batch.Images[0].Boxes[0]) }.InPicture(batch.Images[0].Window).Single();

            Assert.Equal([0f, 0, 1, 1], [found.Box.YMin, found.Box.XMin, found.Box.YMax, found.Box.XMax], (e, a) => Math.Abs(e - a) < 1e-6);
        }
    }

    [Fact]
    public void What_lies_beside_the_picture_is_nothing_and_what_reaches_beyond_it_is_clipped()
    {
        var window = InputWindow.Of(Rule, 100, 50);
        Detection[] found = [new(0, .9f, new BoxCorners(.6f, .1f, .9f, .9f)), new(1, .8f, new BoxCorners(.25f, 0, .75f, .5f))];

        var inside = Assert.Single(found.InPicture(window));

        Assert.Equal(new Detection(1, .8f, new BoxCorners(.5f, 0, 1, .5f)), inside);
    }

    [Fact]
    public void Stretched_inputs_show_the_whole_picture() => Assert.Equal(PixelWindow.Whole, InputWindow.Of(InputRule.MinusOneToOne, 100, 50));

    [Fact]
    public void Mirrored_pictures_stay_in_their_place_and_boxes_stay_where_the_pixels_are()
    {
        RequireBoxesOnPixels(new AugmentationOptions { Flip = true });
        RequireBoxesOnPixels(new AugmentationOptions { Flip = true, Expand = true });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pictures_of_random_size_have_their_boxes_where_their_pixels_are(bool flip)
    {
        List<float> left = [], widths = [], shapes = [];
        foreach (var batch in Loader(new AugmentationOptions { Resize = 0.5, Flip = flip }).Batches(0, 60, TestContext.Current.CancellationToken))
        {
            RequireBoxesOnPixels(batch); // also where chance left none of them
            foreach (var box in batch.Images[0].Boxes)
            {
                left.Add(box.XMin);
                widths.Add(box.XMax - box.XMin);
                shapes.AddRange(box is { XMin: > 0, YMin: > 0, XMax: < 1, YMax: < 1 } ? [(box.XMax - box.XMin) / (box.YMax - box.YMin)] : []);
            }
        }
        Assert.InRange(widths.Count, 40, 60);
        Assert.InRange(widths.Min(), 0.5f, 0.7f);
        Assert.Equal(1, widths.Max());
        Assert.True(left.Max() > 0.2, "small pictures lie at the left always");
        Assert.NotEmpty(shapes);
        Assert.All(shapes, s => Assert.Equal(2, s, 0.001)); // they keep their shape
    }

    [Fact]
    public void Pictures_of_a_mosaic_keep_their_shape()
    {
        foreach (var batch in Loader(new AugmentationOptions { Mosaic = true, Flip = true })
            .Batches(0, 40, TestContext.Current.CancellationToken).Where(b => b.Images[0].Boxes.Length == 4))
        {
            // A box is cut at the mosaic's edges only: where it is not, it is twice as wide as high.
            Assert.All(
                batch.Images[0].Boxes,
                b => Assert.True(b.YMin <= 0 || b.XMin <= 0 || b.YMax >= 1 || b.XMax >= 1 || Math.Abs((b.XMax - b.XMin) / (b.YMax - b.YMin) - 2) < 0.2));
            RequireBoxesOnPixels(batch);
        }
    }

    private static void RequireBoxesOnPixels(AugmentationOptions augmentation)
    {
        foreach (var batch in Loader(augmentation).Batches(0, 30, TestContext.Current.CancellationToken))
        {
            Assert.Single(batch.Images[0].Boxes);
            RequireBoxesOnPixels(batch);
        }
    }

    private static void RequireBoxesOnPixels(ImageBatch batch)
    {
        for (int i = 0; i < Size * Size; i++)
        {
            var (y, x) = Math.DivRem(i, Size);
            float middleY = (y + 0.5f) / Size, middleX = (x + 0.5f) / Size, near = 0.75f / Size;
            bool picture = Math.Abs(batch.Pixels[i * 3] - 50) < 0.1f;
            var boxes = batch.Images[0].Boxes;
            Assert.True(
                boxes.Any(b => middleY > b.YMin - near && middleY < b.YMax + near && middleX > b.XMin - near && middleX < b.XMax + near) || !picture,
                $"a picture at {x}, {y} has no box");
            Assert.True(
                picture || !boxes.Any(b => middleY > b.YMin + near && middleY < b.YMax - near && middleX > b.XMin + near && middleX < b.XMax - near),
                $"a box at {x}, {y} has no picture");
        }
    }

    private static TrainingLoader Loader(AugmentationOptions augmentation) =>
        new(Data(100, 50), new TrainingLoaderOptions { Input = new InputSpec(Size, Rule), BatchSize = 1, Seed = 3, Augmentation = augmentation });

    private static DetectionDataset Data(int width, int height)
    {
        string folder = Some.EmptyFolder();
        Some.Picture(Path.Combine(folder, "0.png"), width, height);
        var dataset = Some.Dataset((0, new PixelBox(0, 0, width, height)));
        return dataset with { Root = folder, Samples = [dataset.Samples[0] with { Width = width, Height = height }] };
    }
}
