using PruneSearch.Core.Detectors;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Data.Tests.PostProcessing;

public sealed class DetectionDecoderTests
{
    private static readonly DetectorSpec Spec = new() { Architecture = SsdMobileNetV2.Architecture, Classes = ["a", "b"] };
    private static readonly DefaultBox[] DefaultBoxes = [new(0.3f, 0.3f, 0.4f, 0.4f), new(0.31f, 0.3f, 0.4f, 0.4f), new(0.9f, 0.9f, 0.4f, 0.4f)];

    [Fact]
    public void Overlaps_go_background_is_dropped_and_boxes_are_clipped()
    {
        float[] classes =
        [
            9, 2, -9, // class a
            9, 1, -9, // overlaps the first
            9, -9, 0, // class b
        ];
        var found = DetectionDecoder.Decode(Spec, DefaultBoxes, new float[12], classes);
        Assert.Equal([0, 1], found.Select(d => d.Class));
        Assert.Equal(1 / (1 + MathF.Exp(-2)), found[0].Score, 1e-6f);
        Assert.Equal(0.5f, found[1].Score, 1e-6f);
        Assert.Equal(0.1f, found[0].Box.YMin, 1e-6f);
        Assert.Equal(1f, found[1].Box.YMax);
    }

    [Fact]
    public void Softmax_scores_share_one_with_the_background()
    {
        float[] classes = [MathF.Log(2), MathF.Log(5), MathF.Log(3), 99, 0, 0, 99, 0, 0];
        var found = DetectionDecoder.Decode(Spec with { Scores = ScoreFunction.Softmax }, DefaultBoxes, new float[12], classes);
        Assert.Equal([0.5f, 0.3f], found.Select(d => MathF.Round(d.Score, 5)));
    }

    [Fact]
    public void Limits_hold_and_broken_outputs_give_nothing()
    {
        float[] classes = [0, 1, 2, 0, 1, 2, 0, 1, 2];
        Assert.Single(DetectionDecoder.Decode(Spec, DefaultBoxes, new float[12], classes, new DetectionOptions { MaxTotal = 1 }));
        Assert.Equal(2, DetectionDecoder.Decode(Spec, DefaultBoxes, new float[12], classes, new DetectionOptions { MaxPerClass = 1 }).Count);
        Assert.Empty(DetectionDecoder.Decode(Spec, DefaultBoxes, new float[12], classes, new DetectionOptions { ScoreThreshold = 0.95f }));
        Array.Fill(classes, float.NaN);
        Assert.Empty(DetectionDecoder.Decode(Spec, DefaultBoxes, new float[12], classes));
        float[] nowhere = new float[12];
        Array.Fill(nowhere, float.NaN);
        Assert.Empty(DetectionDecoder.Decode(Spec, DefaultBoxes, nowhere, new float[9]));
        Assert.Throws<ArgumentException>(() => DetectionDecoder.Decode(Spec, DefaultBoxes, new float[11], classes));
    }
}
