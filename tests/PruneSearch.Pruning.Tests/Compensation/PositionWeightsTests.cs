using PruneSearch.Detection;
using System.Collections.Immutable;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using PruneSearch.Pruning.Compensation;
using PruneSearch.Pruning.Shrinking;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Pruning.Compensation;

/// <summary>A network that finds something on the bright left half of a picture and nothing on its dark right half.</summary>
public sealed class PositionWeightsTests
{
    private const int Edge = 12, Bright = 4;
    private static readonly ScoreRule Scores = new() { Function = ScoreFunction.Sigmoid, Background = false };

    [Fact]
    public void What_no_detection_depends_on_weighs_the_least_and_the_mean_is_1()
    {
        using var scope = NewDisposeScope();
        var network = Build(4);
        using var weights = PositionWeights.Collect(network, Scores, Weights(network), [Picture(1, 1), Picture(2, 2)], seed: 1);

        var found = cat([weights.Of("make", 0, Edge, Edge), weights.Of("make", 1, Edge, Edge)]);

        Assert.Equal([3, Edge, Edge], found.shape);
        Assert.Equal(1, found.mean().item<float>(), 1e-4);
        var dark = found.narrow(2, Bright + 1, Edge - Bright - 1); // one further: neighbours are averaged
        Assert.Equal(0.05, dark.max().item<float>(), 1e-3);
        Assert.True(found.narrow(2, 0, Bright).mean().item<float>() > 2);
        Assert.Equal([3, 5, 7], cat([weights.Of("make", 0, 5, 7), weights.Of("make", 1, 5, 7)]).shape);
    }

    [Fact]
    public void Where_all_depend_alike_all_weigh_1()
    {
        using var scope = NewDisposeScope();
        var network = Build(4);
        var same = Weights(network);
        Array.Clear(same["head.classes.weight"].Values); // scores are those of the bias, everywhere
        Array.Clear(same["head.boxes.weight"].Values);
        using var weights = PositionWeights.Collect(network, Scores, same, [Picture(1, 3)], seed: 1);

        Assert.All(weights.Of("head.classes", 0, Edge, Edge).data<float>().ToArray(), w => Assert.Equal(1, w, 1e-4));
        Assert.All(weights.Of("make", 0, Edge, Edge).data<float>().ToArray(), w => Assert.Equal(1, w, 1e-4)); // no gradient reaches it
    }

    [Fact]
    public void A_reader_is_solved_for_the_positions_that_count()
    {
        using var scope = NewDisposeScope();
        var network = Build(4);
        var dense = Weights(network);
        var plan = new PruningPlan(new Dictionary<string, ImmutableArray<int>> { ["A"] = [0, 1] }, 2);
        var pruned = Build(2);
        Tensor[] pictures = [Picture(8, 4)];
        using var positions = PositionWeights.Collect(network, Scores, dense, pictures, seed: 1);

        double alike = Error(null), weighted = Error(positions);

        Assert.True(weighted < 0.8 * alike, $"{weighted} is not below {alike}");

        double Error(PositionWeights? which)
        {
            using var guard = no_grad();
            var solved = Compensator.Solve(
                new(network, dense), new(pruned, Shrinker.Slice(network, dense, plan)), plan, new(pictures) { Positions = which });
            using TorchNetwork before = new(network, dense), after = new(pruned, solved);
            var difference = before.Forward(pictures[0])["boxes"] - after.Forward(pictures[0])["boxes"]; // [N, positions, 4]
            return difference.reshape(-1, Edge, Edge, 4).narrow(2, 0, Bright).Squared().mean().item<float>();
        }
    }

    [Theory]
    [InlineData(96, 64)]
    [InlineData(512, 64)]
    [InlineData(513, 32)]
    [InlineData(2049, 16)]
    public void More_pictures_are_kept_in_fewer_cells(int pictures, int edge) => Assert.Equal(edge, PositionWeights.EdgeFor(pictures));

    // Brightness in channel 0, other things in the others.
    private static Tensor Picture(int count, int seed)
    {
        using var random = new Generator((ulong)seed, CPU);
        var picture = randn(count, 3, Edge, Edge, generator: random);
        picture.select(1, 0).copy_(-ones([])).narrow(2, 0, Bright).copy_(ones([]));
        return picture;
    }

    private static WeightSet Weights(Network network)
    {
        var weights = Some.Weights(network);
        Array.Clear(weights["head.classes.weight"].Values);
        Array.Clear(weights["make.weight"].Values, 0, 3); // channel 0 of A is the brightness, which the class reads alone
        (weights["make.weight"].Values[0], weights["make.bias"].Values[0]) = (1, 0);
        weights["head.classes.weight"].Values[0] = 10;
        weights["head.classes.bias"].Values[0] = -10;
        return weights;
    }

    private static Network Build(int width)
    {
        var b = new NetworkBuilder(new Dictionary<string, int> { ["A"] = width });
        string made = b.Conv("make", b.Input("image", 3, Edge, Edge), b.Group("A", ChannelGroupKind.Hidden, 4), 1);
        string bent = b.Activation("bent", made, ActivationFunction.Relu);
        b.Output("boxes", [b.Conv("head.boxes", bent, ChannelLayout.Fixed(4), 1)], 4);
        b.Output("classes", [b.Conv("head.classes", bent, ChannelLayout.Fixed(1), 1)], 1);
        return b.Build();
    }
}
