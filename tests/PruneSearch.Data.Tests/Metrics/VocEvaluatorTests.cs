using PruneSearch.Data.Datasets;
using PruneSearch.Data.Metrics;

namespace PruneSearch.Data.Tests.Metrics;

public sealed class VocEvaluatorTests
{
    private static readonly PixelBox Box = new(10, 10, 40, 40);

    private static readonly ImageDetection[] Found =
    [
        new(1, 0, 0.9, Box), new(1, 0, 0.8, Box), new(2, 0, 0.7, Box), new(3, 0, 0.6, new PixelBox(60, 60, 20, 20)),
    ];

    [Fact]
    public void Both_interpolations_follow_their_definition()
    {
        // Right, wrong (second on the same object), right, wrong; three objects. Recalls 1/3, 1/3, 2/3, 2/3.
        var truth = Some.Dataset((0, Box), (0, Box), (0, Box));
        double eleven = VocEvaluator.Evaluate(truth, Found, VocInterpolation.ElevenPoint)[0];
        double all = VocEvaluator.Evaluate(truth, Found, VocInterpolation.AllPoints)[0];
        Assert.Equal((4 * 1 + 3 * 2 / 3.0) / 11, eleven, 1e-12);
        Assert.Equal(1 / 3.0 + 1 / 3.0 * 2 / 3.0, all, 1e-12);
    }

    [Fact]
    public void Difficult_objects_count_neither_way()
    {
        var truth = Some.Dataset((0, Box), (0, Box));
        var hard = truth.Samples[0].Objects[0] with { Difficult = true };
        truth = truth with { Samples = [truth.Samples[0] with { Objects = [hard] }, truth.Samples[1]] };
        Assert.Equal(1.0, VocEvaluator.Evaluate(truth, Found[..3], VocInterpolation.AllPoints)[0], 1e-12);
    }

    [Fact]
    public void A_detection_goes_to_the_object_it_overlaps_most_even_when_that_is_difficult()
    {
        var easy = new ObjectAnnotation(0, new PixelBox(0, 0, 40, 40), 1600);
        var hard = new ObjectAnnotation(0, new PixelBox(5, 0, 40, 40), 1600, Difficult: true);
        var truth = Some.Dataset((0, Box));
        truth = truth with { Samples = [truth.Samples[0] with { Objects = [easy, hard] }] };
        var found = new ImageDetection(1, 0, 0.9, new PixelBox(4, 0, 40, 40)); // IoU .82 with the easy one, .95 with the difficult one
        Assert.Equal(0, VocEvaluator.Evaluate(truth, [found], VocInterpolation.AllPoints)[0]); // ignored: the easy one stays unfound
        Assert.Equal(1, VocEvaluator.Evaluate(truth, [found, found with { Score = 0.8, Box = easy.Box }], VocInterpolation.AllPoints)[0], 1e-12);
    }

    [Theory]
    [InlineData(VocInterpolation.ElevenPoint)]
    [InlineData(VocInterpolation.AllPoints)]
    public void Random_scenes_score_as_the_definition_says(VocInterpolation interpolation)
    {
        var (truth, found) = RandomScene.Create(pictures: 40, detections: 30, classes: 3, seed: 7);
        truth = truth with
        {
            Samples = [.. truth.Samples.Select(s => s with { Objects = [.. s.Objects.Select((o, i) => o with { Difficult = i % 5 == 0, Crowd = false })] })],
        };
        var actual = VocEvaluator.Evaluate(truth, found, interpolation);
        for (int c = 0; c < 3; c++)
        {
            Assert.Equal(Definition(truth, found, c, interpolation), actual[c], 1e-12);
            Assert.InRange(actual[c], 0.01, 0.99);
        }
    }

    // One list of all detections of the class, as the development kit's VOCevaldet goes through them.
    private static double Definition(DetectionDataset truth, List<ImageDetection> found, int c, VocInterpolation interpolation)
    {
        var images = truth.Samples.ToDictionary(s => s.ImageId, s => s.Objects.Where(o => o.Class == c).ToList());
        int objects = images.Values.Sum(list => list.Count(o => !o.Difficult));
        var seen = new HashSet<ObjectAnnotation>(ReferenceEqualityComparer.Instance);
        var points = new List<(double Recall, double Precision)> { (0, 0) };
        int right = 0, wrong = 0;
        foreach (var detection in found.Where(d => d.Class == c).OrderByDescending(d => d.Score).ThenBy(d => d.ImageId))
        {
            var best = images[detection.ImageId].MaxBy(o => Iou(detection.Box, o.Box));
            if (best is null || Iou(detection.Box, best.Box) < 0.5)
            {
                wrong++;
            }
            else if (best.Difficult)
            {
                continue;
            }
            else if (seen.Add(best))
            {
                right++;
            }
            else
            {
                wrong++;
            }
            points.Add((right / (double)objects, right / (double)(right + wrong)));
        }
        double Reach(double recall) => points.Where(p => p.Recall >= recall).Select(p => p.Precision).DefaultIfEmpty(0).Max();
        return interpolation == VocInterpolation.ElevenPoint
            ? Enumerable.Range(0, 11).Average(k => Reach(k / 10.0))
            : points.Zip(points.Skip(1)).Sum(p => (p.Second.Recall - p.First.Recall) * Reach(p.Second.Recall));
    }

    private static double Iou(PixelBox a, PixelBox b)
    {
        double width = Math.Min(a.X + a.Width, b.X + b.Width) - Math.Max(a.X, b.X), height = Math.Min(a.Y + a.Height, b.Y + b.Height) - Math.Max(a.Y, b.Y);
        double intersection = Math.Max(width, 0) * Math.Max(height, 0);
        return intersection / (a.Area() + b.Area() - intersection);
    }

    [Fact]
    public void A_class_without_objects_is_left_out_of_the_mean()
    {
        var classes = VocEvaluator.Evaluate(Some.Dataset((0, Box)), Found[..1], VocInterpolation.AllPoints);
        Assert.True(double.IsNaN(classes[1]));
        Assert.Equal(1.0, VocEvaluator.Mean(classes));
    }
}
