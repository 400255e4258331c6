using System.Text.Json;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Metrics;
using PruneSearch.Tests;

namespace PruneSearch.Data.Tests.Metrics;

public sealed class CocoEvaluatorTests
{
    [Fact]
    public void All_twelve_figures_of_the_public_oracle_match()
    {
        string file = SharedData.Require("oracles/instances_val2014_100.json");
        var truth = DatasetReader.ReadCoco(file, "/", new DatasetReadOptions { Check = ImageCheck.None });
        Assert.Empty(truth.Warnings);
        using var annotations = JsonDocument.Parse(File.ReadAllText(file));
        long[] categories = [.. annotations.RootElement.GetProperty("categories").EnumerateArray().Select(c => c.GetProperty("id").GetInt64()).Order()];
        using var results = JsonDocument.Parse(File.ReadAllText(SharedData.Require("oracles/fakebbox100.json")));
        var detections = results.RootElement.EnumerateArray().Select(r =>
        {
            double[] box = [.. r.GetProperty("bbox").EnumerateArray().Select(v => v.GetDouble())];
            return new ImageDetection(
                r.GetProperty("image_id").GetInt64(),
                Array.IndexOf(categories, r.GetProperty("category_id").GetInt64()),
                r.GetProperty("score").GetDouble(),
                new PixelBox(box[0], box[1], box[2], box[3]));
        });
        var result = CocoEvaluator.Evaluate(truth, detections);
        double[] expected =
        [
            .5045806987, .6969727247, .5729816670, .5856257209, .5193996948, .5013978986,
            .3868127796, .5936795763, .5953529829, .6398109626, .5664205979, .5642905983,
        ];
        double[] actual =
        [
            result.Ap, result.Ap50, result.Ap75, result.ApSmall, result.ApMedium, result.ApLarge,
            result.Ar1, result.Ar10, result.Ar100, result.ArSmall, result.ArMedium, result.ArLarge,
        ];
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        Assert.StartsWith(" Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.505\n", result.ToCocoText());
    }

    [Theory]
    [InlineData(1, 1, 5, 1)]
    [InlineData(2, 25, 30, 3)]
    [InlineData(3, 40, 130, 1)] // more than the hundred that count
    [InlineData(4, 60, 60, 8)]
    public void Random_scenes_score_as_the_definition_says(int seed, int pictures, int detections, int classes)
    {
        var (truth, found) = RandomScene.Create(pictures, detections, classes, seed);
        var r = CocoEvaluator.Evaluate(truth, found);
        double[] actual = [r.Ap, r.Ap50, r.Ap75, r.ApSmall, r.ApMedium, r.ApLarge, r.Ar1, r.Ar10, r.Ar100, r.ArSmall, r.ArMedium, r.ArLarge];
        double[] expected = StraightforwardCoco.Evaluate(truth, found);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        Assert.True(seed == 1 || expected[0] is > 0.01 and < 0.99);
    }

    [Fact]
    public void A_perfect_detector_scores_one_and_a_silent_one_zero()
    {
        var truth = Some.Dataset((0, new PixelBox(10, 10, 40, 40)), (1, new PixelBox(0, 0, 100, 100)));
        var perfect = truth.Samples.SelectMany(s => s.Objects.Select(o => new ImageDetection(s.ImageId, o.Class, 0.9, o.Box)));
        Assert.Equal(1.0, CocoEvaluator.Evaluate(truth, perfect).Ap, 1e-12);
        Assert.Equal(0.0, CocoEvaluator.Evaluate(truth, []).Ap);
    }

    [Fact]
    public void A_class_without_objects_has_no_figure_and_does_not_count()
    {
        var truth = Some.Dataset((0, new PixelBox(10, 10, 40, 40)));
        var result = CocoEvaluator.Evaluate(
            truth, [new ImageDetection(1, 0, 0.9, new PixelBox(10, 10, 40, 40)), new ImageDetection(1, 1, 0.9, new PixelBox(0, 0, 9, 9))]);
        Assert.Equal(1.0, result.Ap, 1e-12);
        Assert.True(double.IsNaN(result.Classes[1].Ap));
        Assert.True(double.IsNaN(result.ApLarge));
        Assert.Contains("area= large | maxDets=100 ] = -1.000", result.ToCocoText());
    }

    [Fact]
    public void Detections_in_a_crowd_count_neither_way()
    {
        var truth = Some.Dataset((0, new PixelBox(10, 10, 40, 40)));
        var crowd = new ObjectAnnotation(0, new PixelBox(50, 50, 50, 50), 2500, Crowd: true);
        truth = truth with { Samples = [truth.Samples[0] with { Objects = [.. truth.Samples[0].Objects, crowd] }] };
        ImageDetection[] found =
        [
            new(1, 0, 0.9, new PixelBox(60, 60, 10, 10)),
            new(1, 0, 0.8, new PixelBox(70, 70, 10, 10)),
            new(1, 0, 0.7, new PixelBox(10, 10, 40, 40)),
        ];
        Assert.Equal(1.0, CocoEvaluator.Evaluate(truth, found).Ap, 1e-12);
    }

    [Fact]
    public void A_second_detection_of_an_object_is_a_false_positive()
    {
        var truth = Some.Dataset((0, new PixelBox(0, 0, 40, 40)), (0, new PixelBox(60, 60, 40, 40)));
        ImageDetection[] found =
            [new(1, 0, 0.9, new PixelBox(0, 0, 40, 40)), new(1, 0, 0.8, new PixelBox(0, 0, 40, 40)), new(2, 0, 0.7, new PixelBox(60, 60, 40, 40))];
        // Precision 1 up to recall .5 (51 points), then 2/3 (50 points).
        Assert.Equal((51 + 50 * 2 / 3.0) / 101, CocoEvaluator.Evaluate(truth, found).Ap50, 1e-12);
    }

    [Fact]
    public void Unknown_pictures_and_classes_are_refused()
    {
        var truth = Some.Dataset((0, new PixelBox(10, 10, 40, 40)));
        Assert.Throws<ArgumentException>(() => CocoEvaluator.Evaluate(truth, [new ImageDetection(7, 0, 0.9, default)]));
        Assert.Throws<ArgumentException>(() => CocoEvaluator.Evaluate(truth, [new ImageDetection(1, 2, 0.9, default)]));
        Assert.Throws<ArgumentException>(() => CocoEvaluator.Evaluate(truth, [new ImageDetection(1, 0, double.NaN, default)]));
    }
}
