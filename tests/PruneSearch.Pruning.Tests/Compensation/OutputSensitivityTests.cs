using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Pruning.Compensation;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Pruning.Compensation;

public sealed class OutputSensitivityTests
{
    private static readonly ScoreRule Scores = new() { Function = ScoreFunction.Sigmoid, Background = true };

    [Fact]
    public void Box_outputs_count_with_the_objectness_and_class_outputs_with_their_variance()
    {
        var network = Build();
        var weights = Some.Weights(network);
        Array.Clear(weights["head.boxes.weight"].Values);
        Array.Clear(weights["head.classes.weight"].Values); // scores are those of the biases, everywhere
        weights["head.classes.bias"] = new WeightTensor([3], [0, 1, -1]);
        var sites = ReaderSite.Of(network, new HashSet<string>(["A"], StringComparer.Ordinal));
        using var pictures = Some.Picture(5, 4, 4);

        var found = OutputSensitivity.Collect(network, Scores, weights, sites, [pictures], seed: 1);

        const int Positions = 4 * 4;
        double P(double logit) => 1 / (1 + Math.Exp(-logit));
        Assert.All(found["head.boxes.weight#0"], v => Assert.Equal(Positions * P(1), v, 1e-4)); // the best class that is not the background
        Assert.Equal([Positions * 0.25, Positions * P(1) * P(-1), Positions * P(1) * P(-1)], found["head.classes.weight#0"], (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Fact]
    public void Classes_and_boxes_count_as_far_as_objectness_says_that_something_is_there()
    {
        var network = Build(objectness: true);
        var weights = Some.Weights(network);
        foreach (string output in (string[])["boxes", "classes", "objectness"])
        {
            Array.Clear(weights[$"head.{output}.weight"].Values);
        }
        weights["head.classes.bias"] = new WeightTensor([3], [2, 1, -1]);
        weights["head.objectness.bias"] = new WeightTensor([1], [-2]);
        var sites = ReaderSite.Of(network, new HashSet<string>(["A"], StringComparer.Ordinal));
        using var pictures = Some.Picture(5, 4, 4);

        var found = OutputSensitivity.Collect(
            network, new() { Function = ScoreFunction.Sigmoid, Background = false, Objectness = true }, weights, sites, [pictures], seed: 1);

        const int Positions = 4 * 4;
        double P(double logit) => 1 / (1 + Math.Exp(-logit));
        Assert.All(found["head.boxes.weight#0"], v => Assert.Equal(Positions * P(2) * P(-2), v, 1e-4));
        Assert.Equal(
            [Positions * P(2) * P(-2) * P(-2), Positions * P(1) * P(-1) * P(-2), Positions * P(1) * P(-1) * P(-2)], found["head.classes.weight#0"], (a, b) =>
                Math.Abs(a - b) < 1e-4);
        Assert.Equal(Positions * P(2) * P(-2), found["head.objectness.weight#0"][0], 1e-4);
    }

    [Fact]
    public void Errors_before_a_layer_count_through_its_kernels()
    {
        var network = Build();
        var weights = Some.Weights(network);
        Array.Clear(weights["head.classes.weight"].Values);
        Array.Clear(weights["head.boxes.weight"].Values);
        for (int o = 0; o < 4; o++)
        {
            weights["head.boxes.weight"].Values[o * 2] = 3; // reads channel 0 of A alone
        }
        weights["head.classes.bias"] = new WeightTensor([3], [0, 0, 0]);
        var sites = ReaderSite.Of(network, _ => true);
        using var pictures = Some.Picture(64, 4, 4);

        double[] found = OutputSensitivity.Collect(network, Scores, weights, sites, [pictures], seed: 1)["make.weight#0"];

        const double Expected = 16 * 4 * 9 * 0.5; // positions · outputs · weight² · objectness, the mean over random signs
        Assert.InRange(found[0], 0.85 * Expected, 1.15 * Expected);
        Assert.Equal(0, found[1]);
    }

    [Fact]
    public void The_same_seed_gives_the_same_values()
    {
        var network = Build();
        var weights = Some.Weights(network);
        var sites = ReaderSite.Of(network, _ => true);
        using var pictures = Some.Picture(2, 4, 4);
        double[] Collect(int seed) => OutputSensitivity.Collect(network, Scores, weights, sites, [pictures], seed)["make.weight#0"];
        Assert.Equal(Collect(1), Collect(1));
        Assert.NotEqual(Collect(1), Collect(2));
    }

    private static Network Build(bool objectness = false)
    {
        var b = new NetworkBuilder();
        string made = b.Conv("make", b.Input("image", 3, 4, 4), b.Group("A", ChannelGroupKind.Hidden, 2), 1);
        b.Output("boxes", [b.Conv("head.boxes", made, ChannelLayout.Fixed(4), 1)], 4);
        b.Output("classes", [b.Conv("head.classes", made, ChannelLayout.Fixed(3), 1)], 3);
        if (objectness)
        {
            b.Output("objectness", [b.Conv("head.objectness", made, ChannelLayout.Fixed(1), 1)], 1);
        }
        return b.Build();
    }
}
