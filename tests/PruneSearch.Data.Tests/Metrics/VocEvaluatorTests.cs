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
    public void A_class_without_objects_is_left_out_of_the_mean()
    {
        var classes = VocEvaluator.Evaluate(Some.Dataset((0, Box)), Found[..1], VocInterpolation.AllPoints);
        Assert.True(double.IsNaN(classes[1]));
        Assert.Equal(1.0, VocEvaluator.Mean(classes));
    }
}
