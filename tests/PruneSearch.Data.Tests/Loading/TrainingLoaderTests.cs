using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.Loading;

namespace PruneSearch.Data.Tests.Loading;

public sealed class TrainingLoaderTests(ShapesFixture shapes) : IClassFixture<ShapesFixture>
{
    private static readonly AugmentationOptions All = new() { Flip = true, Crop = true, Expand = true, Photometric = true };

    private TrainingLoader Loader(long seed = 3, AugmentationOptions? augmentation = null) =>
        new(shapes.Train, new TrainingLoaderOptions { Input = InputSpec.Stretched(48), BatchSize = 4, Seed = seed, Augmentation = augmentation ?? All });

    [Fact]
    public void A_resumed_run_sees_the_same_batches()
    {
        var whole = Loader().Batches(0, 9, TestContext.Current.CancellationToken).ToList();
        var resumed = Loader().Batches(5, 9, TestContext.Current.CancellationToken).ToList();
        Assert.Equal(Enumerable.Range(0, 9), whole.Select(b => b.Step));
        foreach (var (expected, actual) in whole.Skip(5).Zip(resumed))
        {
            Assert.Equal(expected.Pixels, actual.Pixels);
            Assert.Equal(expected.Images.SelectMany(i => i.Boxes), actual.Images.SelectMany(i => i.Boxes));
        }
    }

    [Fact]
    public void Several_threads_deliver_the_same_batches_in_the_same_order()
    {
        var one = Loader().Batches(2, 30, TestContext.Current.CancellationToken);
        var options = new TrainingLoaderOptions { Input = InputSpec.Stretched(48), BatchSize = 4, Seed = 3, Augmentation = All, Threads = 4, Prefetch = 1 };
        var four = new TrainingLoader(shapes.Train, options).Batches(2, 30, TestContext.Current.CancellationToken);
        int step = 2;
        foreach (var (expected, actual) in one.Zip(four))
        {
            Assert.Equal(step++, actual.Step);
            Assert.Equal(expected.Pixels, actual.Pixels);
        }
        Assert.Equal(30, step);
    }

    [Fact]
    public void Pixels_that_were_given_back_are_filled_again()
    {
        var loader = Loader();
        var first = loader.Load(0);
        loader.Recycle(first);
        Assert.Same(first.Pixels, loader.Load(1).Pixels);
        Assert.NotSame(first.Pixels, loader.Load(2).Pixels);
        Assert.Equal(Loader().Load(1).Pixels, first.Pixels);
    }

    [Fact]
    public void Stages_share_decoded_pictures_of_the_same_data()
    {
        var pictures = new DecodedPictures();
        var cache = pictures.For(shapes.Train, 48, 1 << 20);
        cache.Get(0);
        Assert.Same(cache, pictures.For(shapes.Train, 48, 1 << 20));
        Assert.NotSame(cache, pictures.For(shapes.Validation, 48, 1 << 20));
        Assert.Equal(0, pictures.For(shapes.Train, 48, 1 << 20).Bytes); // it was let go
    }

    [Fact]
    public void Another_seed_gives_another_order_and_other_views() =>
        Assert.NotEqual(Loader(3).Load(0).Pixels, Loader(4).Load(0).Pixels);

    [Fact]
    public void Every_picture_comes_once_an_epoch()
    {
        int samples = shapes.Train.Samples.Count; // 10: an epoch ends within a batch
        int[] seen = [.. Loader().Batches(0, samples / 2, TestContext.Current.CancellationToken).SelectMany(b => b.Images).Select(i => i.SampleIndex)];
        Assert.Equal(Enumerable.Range(0, samples), seen[..samples].Order());
        Assert.Equal(Enumerable.Range(0, samples), seen[samples..].Order());
        Assert.NotEqual(seen[..samples], seen[samples..]);
    }

    [Fact]
    public void Boxes_lie_within_the_view_and_pixels_in_their_range()
    {
        foreach (var batch in Loader().Batches(0, 40, TestContext.Current.CancellationToken))
        {
            Assert.All(batch.Pixels, p => Assert.InRange(p, -1f, 1f));
            Assert.All(batch.Images.SelectMany(i => i.Boxes), b =>
            {
                Assert.True(b.Area() > 0);
                Assert.Equal(b, b.Clip());
            });
            Assert.All(batch.Images, i => Assert.Equal(i.Boxes.Length, i.Classes.Length));
        }
    }

    [Fact]
    public void A_missing_picture_reaches_the_reader_as_an_error()
    {
        var broken = shapes.Train with { Root = Path.Combine(shapes.Train.Root, "gone") };
        var loader = new TrainingLoader(broken, new TrainingLoaderOptions { Input = InputSpec.Stretched(48) });
        var error = Assert.Throws<PruneSearch.Data.Datasets.DatasetException>(() => loader.Batches(0, 3, TestContext.Current.CancellationToken).ToList());
        Assert.Contains(".png", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_stops_the_enumeration()
    {
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (var batch in Loader().Batches(0, 1_000_000, stop.Token))
            {
                stop.Cancel();
            }
        });
    }

    [Fact]
    public void The_cache_stays_within_its_bound_and_changes_nothing()
    {
        long two = 2L * 64 * 64 * 3;
        var cache = new ImageCache(shapes.Train, 48, two);
        var options = new TrainingLoaderOptions { Input = InputSpec.Stretched(48), BatchSize = 4, Seed = 3, Augmentation = All };
        var cached = new TrainingLoader(shapes.Train, options, cache).Batches(0, 6, TestContext.Current.CancellationToken).ToList();
        Assert.Equal(two, cache.Bytes);
        Assert.Equal(Loader().Load(5).Pixels, cached[5].Pixels);
    }

    [Fact]
    public void Evaluation_shows_every_picture_in_order_with_its_boxes()
    {
        var images = new EvaluationLoader(shapes.Train, InputSpec.Stretched(64), 4).Batches(TestContext.Current.CancellationToken).ToList();
        Assert.Equal([4, 4, 2], images.Select(b => b.Count));
        Assert.Equal(Enumerable.Range(0, 10), images.SelectMany(b => b.Images).Select(i => i.SampleIndex));
        var box = shapes.Train.Samples[9].Objects[0].Box;
        Assert.Equal((float)((box.X + box.Width) / 64), images[2].Images[1].Boxes[0].XMax);
    }
}
