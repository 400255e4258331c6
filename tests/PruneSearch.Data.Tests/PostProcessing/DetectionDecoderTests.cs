using PruneSearch.Core;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Data.Tests.PostProcessing;

public sealed class DetectionDecoderTests
{
    private static readonly DetectorModel Model =
        DetectorCatalog.Build(SsdFamily.Spec(["a", "b"])) with
        {
            References = [new(0.3f, 0.3f, 0.4f, 0.4f), new(0.31f, 0.3f, 0.4f, 0.4f), new(0.9f, 0.9f, 0.4f, 0.4f)],
        };

    [Fact]
    public void Overlaps_go_background_is_dropped_and_boxes_are_clipped()
    {
        float[] classes =
        [
            9, 2, -9, // class a
            9, 1, -9, // overlaps the first
            9, -9, 0, // class b
        ];
        var found = DetectionDecoder.Decode(Model, new float[12], classes);
        Assert.Equal([0, 1], found.Select(d => d.Class));
        Assert.Equal(1 / (1 + MathF.Exp(-2)), found[0].Score, 1e-6f);
        Assert.Equal(0.5f, found[1].Score, 1e-6f);
        Assert.Equal(0.1f, found[0].Box.YMin, 1e-6f);
        Assert.Equal(1f, found[1].Box.YMax);
    }

    [Theory]
    [InlineData(ScoreFunction.Sigmoid, 0.3f)]
    [InlineData(ScoreFunction.Sigmoid, 0f)]
    [InlineData(ScoreFunction.Softmax, 0.1f)]
    public void Random_outputs_give_what_the_naive_definition_gives(ScoreFunction function, float threshold)
    {
        const int Classes = 4, Count = 300;
        var model = Model with { Spec = Model.Spec with { Classes = ["a", "b", "c", "d"] }, Scores = Model.Scores with { Function = function } };
        var options = new DetectionOptions { ScoreThreshold = threshold, IouThreshold = 0.5f, MaxPerClass = 40, MaxTotal = 100 };
        for (int seed = 0; seed < 10; seed++)
        {
            var random = new SeededRandom(seed);
            var references = Enumerable.Range(0, Count).Select(
                _ => new ReferenceBox((float)random.NextDouble(), (float)random.NextDouble(), 0.3f, 0.3f)).ToList();
            float[] boxes = [.. Enumerable.Range(0, Count * 4).Select(_ => (float)random.NextDouble(-5, 5))];
            float[] classes = [.. Enumerable.Range(0, Count * (Classes + 1)).Select(_ => random.NextInt(60) / 10f - 4)]; // many equal ones
            var expected = new List<Detection>();
            for (int c = 1; c <= Classes; c++)
            {
                var left = Enumerable.Range(0, Count)
                    .Select(i => new Detection(
                        c - 1,
                        Score(function, classes.AsSpan(i * (Classes + 1), Classes + 1), c),
                        new BoxCoder(model.BoxCode).Decode(boxes.AsSpan(i * 4, 4), references[i]).Clip()))
                    .Where(d => d.Score >= threshold && d.Box.Area() > 0).OrderByDescending(d => d.Score).ToList();
                for (int kept = 0; left.Count > 0 && kept < options.MaxPerClass; kept++)
                {
                    var first = left[0];
                    expected.Add(first);
                    left.RemoveAll(d => d == first || d.Box.Iou(first.Box) > options.IouThreshold);
                }
            }
            var actual = DetectionDecoder.Decode(model with { References = references }, boxes, classes, options: options);
            Assert.Equal(expected.OrderByDescending(d => d.Score).Take(100), actual);
            Assert.InRange(actual.Count, 20, 100);
        }
    }

    private static float Score(ScoreFunction function, ReadOnlySpan<float> logits, int output)
    {
        if (function == ScoreFunction.Sigmoid)
        {
            return 1f / (1f + MathF.Exp(-logits[output]));
        }
        float largest = logits.ToArray().Max(), sum = 0;
        foreach (float logit in logits)
        {
            sum += MathF.Exp(logit - largest);
        }
        return MathF.Exp(logits[output] - largest) / sum;
    }

    [Fact]
    public void Softmax_scores_share_one_with_the_background()
    {
        float[] classes = [MathF.Log(2), MathF.Log(5), MathF.Log(3), 99, 0, 0, 99, 0, 0];
        var found = DetectionDecoder.Decode(Model with { Scores = Model.Scores with { Function = ScoreFunction.Softmax } }, new float[12], classes);
        Assert.Equal([0.5f, 0.3f], found.Select(d => MathF.Round(d.Score, 5)));
    }

    [Fact]
    public void Limits_hold_and_broken_outputs_give_nothing()
    {
        float[] classes = [0, 1, 2, 0, 1, 2, 0, 1, 2];
        Assert.Single(DetectionDecoder.Decode(Model, new float[12], classes, options: new DetectionOptions { MaxTotal = 1 }));
        Assert.Equal(2, DetectionDecoder.Decode(Model, new float[12], classes, options: new DetectionOptions { MaxPerClass = 1 }).Count);
        Assert.Empty(DetectionDecoder.Decode(Model, new float[12], classes, options: new DetectionOptions { ScoreThreshold = 0.95f }));
        Array.Fill(classes, float.NaN);
        Assert.Empty(DetectionDecoder.Decode(Model, new float[12], classes));
        float[] nowhere = new float[12];
        Array.Fill(nowhere, float.NaN);
        Assert.Empty(DetectionDecoder.Decode(Model, nowhere, new float[9]));
        Assert.Throws<ArgumentException>(() => DetectionDecoder.Decode(Model, new float[11], classes));
    }
}
