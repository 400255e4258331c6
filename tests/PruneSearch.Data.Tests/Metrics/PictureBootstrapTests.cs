using PruneSearch.Core;
using PruneSearch.Core.Comparisons;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Metrics;

namespace PruneSearch.Data.Tests.Metrics;

public sealed class PictureBootstrapTests
{
    [Theory]
    [InlineData(3, 40, 130, 1)]
    [InlineData(4, 60, 60, 8)]
    public void Every_picture_once_scores_as_the_split_does(int seed, int pictures, int detections, int classes)
    {
        var (truth, found) = RandomScene.Create(pictures, detections, classes, seed);
        var expected = CocoEvaluator.Evaluate(truth, found);
        var (map50, map) = PictureOutcomes.Of(truth, found).Score([.. Enumerable.Repeat(1, pictures)]);
        Assert.Equal(expected.Ap50, map50, 1e-12);
        Assert.Equal(expected.Ap, map, 1e-12);
    }

    [Theory]
    [InlineData(5, 12, 20, 1)]
    [InlineData(6, 30, 60, 4)]
    [InlineData(7, 25, 130, 2)] // more than the hundred that count
    public void A_resample_scores_as_a_split_in_which_its_pictures_really_stand_several_times(int seed, int pictures, int detections, int classes)
    {
        var (truth, found) = RandomScene.Create(pictures, detections, classes, seed);
        var random = new SeededRandom(seed);
        found = found.ConvertAll(f => f with { Score = random.NextDouble() }); // no ties: their order would be that of the copies
        int[] times = new int[pictures];
        for (int i = 0; i < pictures; i++)
        {
            times[random.NextInt(pictures)]++;
        }
        var samples = new List<DetectionSample>();
        var copies = new List<ImageDetection>();
        for (int p = 0; p < pictures; p++)
        {
            for (int copy = 0; copy < times[p]; copy++)
            {
                var sample = truth.Samples[p];
                long id = samples.Count + 1;
                copies.AddRange(found.Where(f => f.ImageId == sample.ImageId).Select(f => f with { ImageId = id }));
                samples.Add(sample with { ImageId = id });
            }
        }
        var expected = CocoEvaluator.Evaluate(truth with { Samples = samples }, copies);
        var (map50, map) = PictureOutcomes.Of(truth, found).Score(times);
        Assert.Equal(expected.Ap50, map50, 1e-12);
        Assert.Equal(expected.Ap, map, 1e-12);
        Assert.NotEqual(CocoEvaluator.Evaluate(truth, found).Ap50, map50, 1e-6);
    }

    [Fact]
    public void Resamples_repeat_and_their_interval_holds_the_figure_of_the_split()
    {
        var (truth, found) = RandomScene.Create(60, 30, 3, seed: 8);
        var (first, again) = (PictureBootstrap.Of(truth, found), PictureBootstrap.Of(truth, found));
        Assert.Equal(first.Map50, again.Map50);
        Assert.Equal(ScoreResamples.Count, first.Map.Count);
        double map50 = CocoEvaluator.Evaluate(truth, found).Ap50;
        Assert.InRange(map50, first.Map50Interval.Low, first.Map50Interval.High);
        Assert.InRange(first.Map50Interval.High - first.Map50Interval.Low, .01, .3);
    }

    [Fact]
    public void Pairs_tell_apart_what_two_intervals_of_their_own_cannot()
    {
        var (truth, found) = RandomScene.Create(60, 30, 3, seed: 9);
        var worse = found.Where((f, i) => i % 3 != 0).ToList(); // a third less
        var (a, b) = (PictureBootstrap.Of(truth, found), PictureBootstrap.Of(truth, worse));
        Assert.True(a.Map50Interval.Low < b.Map50Interval.High, "the intervals overlap");
        var beyond = a.Map50Beyond(b);
        Assert.True(beyond.Low > 0, $"{beyond}");
        Assert.Equal((0, 0), (a.Map50Beyond(a).Low, a.Map50Beyond(a).High));
        Assert.True(beyond.High - beyond.Low < a.Map50Interval.High - a.Map50Interval.Low, $"{beyond}, {a.Map50Interval}");
    }

    [Fact]
    public void Pictures_without_objects_give_no_interval()
    {
        var sample = new DetectionSample { File = "1.jpg", Sha256 = "", Width = 8, Height = 8, ImageId = 1, Objects = [] };
        var truth = new DetectionDataset { Name = "empty", Root = "/", Classes = ["a"], Samples = [sample] };
        Assert.True(double.IsNaN(PictureBootstrap.Of(truth, []).Map50Interval.Low));
    }

    [Fact]
    public void Other_numbers_of_resamples_cannot_be_paired()
    {
        var (a, b) = (new ScoreResamples([.5, .6], [.3, .4]), new ScoreResamples([.5], [.3]));
        Assert.Contains("1 resamples cannot be paired with 2", Assert.Throws<ArgumentException>(() => a.Map50Beyond(b)).Message, StringComparison.Ordinal);
    }
}
