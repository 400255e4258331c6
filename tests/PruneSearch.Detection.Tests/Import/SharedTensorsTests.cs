using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Networks;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Import;

/// <summary>Networks whose levels share convolutions can be started from nothing and can have batch norms put in.</summary>
public sealed class SharedTensorsTests
{
    [Fact]
    public void Random_weights_fill_each_shared_tensor_once()
    {
        var network = TwoLevels(norms: true);

        var weights = RandomWeights.For(Some.SmallDetector(out _) with { Network = network, References = [] }, seed: 1);

        weights.RequireFit(network, "random");
        Assert.All(weights["tower.weight"].Values, v => Assert.NotEqual(0, v));
    }

    [Fact]
    public void Batch_norms_of_each_level_take_over_the_shared_bias()
    {
        Network folded = TwoLevels(norms: false), normalised = TwoLevels(norms: true);
        var weights = RandomWeights.For(Some.SmallDetector(out _) with { Network = folded, References = [] }, seed: 1);
        weights["tower.bias"].Values.AsSpan().Fill(0.7f);

        var result = BatchNormInsertion.Insert(folded, normalised, weights, [Some.Batch(1).Images, Some.Batch(2).Images], CPU);

        result.RequireFit(normalised, "with norms");
        Assert.NotEqual(result["tower.bn1.running_var"].Values, result["tower.bn2.running_var"].Values);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var before = new TorchNetwork(folded, weights);
        using var after = new TorchNetwork(normalised, result);
        var image = Some.Batch(3).Images;
        Assert.Equal(0, (before.Forward(image)["boxes"] - after.Forward(image)["boxes"]).abs().max().item<float>(), 1e-4);
    }

    [Fact]
    public void Levels_that_share_a_norm_get_the_statistics_of_both()
    {
        Network folded = TwoLevels(norms: false), normalised = TwoLevels(norms: true, shared: true);
        var weights = RandomWeights.For(Some.SmallDetector(out _) with { Network = folded, References = [] }, seed: 1);
        weights["tower.bias"].Values.AsSpan().Fill(0.7f);

        var result = BatchNormInsertion.Insert(folded, normalised, weights, [Some.Batch(1).Images, Some.Batch(2).Images], CPU);

        result.RequireFit(normalised, "with norms");
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var before = new TorchNetwork(folded, weights);
        using var after = new TorchNetwork(normalised, result);
        var image = Some.Batch(3).Images;
        Assert.Equal(0, (before.Forward(image)["boxes"] - after.Forward(image)["boxes"]).abs().max().item<float>(), 1e-4);
        double sum = 0, count = 0;
        before.Forward(cat([Some.Batch(1).Images, Some.Batch(2).Images]), observe: (layer, _, output) =>
            (sum, count) = layer.Name.StartsWith("tower", StringComparison.Ordinal)
                ? (sum + output.select(1, 0).sum().item<float>(), count + output.select(1, 0).numel()) : (sum, count));
        Assert.Equal(sum / count, result["tower.bn1.bias"].Values[0], 1e-4);
    }

    [Fact]
    public void A_convolution_that_keeps_its_bias_beside_a_norm_keeps_its_function()
    {
        Network folded = TwoLevels(norms: false), normalised = TwoLevels(norms: true, biases: true);
        var weights = RandomWeights.For(Some.SmallDetector(out _) with { Network = folded, References = [] }, seed: 1);
        weights["tower.bias"].Values.AsSpan().Fill(0.7f);

        var result = BatchNormInsertion.Insert(folded, normalised, weights, [Some.Batch(1).Images], CPU);

        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var before = new TorchNetwork(folded, weights);
        using var after = new TorchNetwork(normalised, result);
        var image = Some.Batch(3).Images;
        Assert.Equal(0, (before.Forward(image)["boxes"] - after.Forward(image)["boxes"]).abs().max().item<float>(), 1e-4);
    }

    private static Network TwoLevels(bool norms, bool biases = false, bool shared = false)
    {
        var builder = new NetworkBuilder();
        string fine = builder.Conv("fine", builder.Input(DetectorModel.ImageInput, 3, 64, 64), ChannelLayout.Fixed(4), kernel: 3, stride: 4);
        string coarse = builder.Conv("coarse", fine, ChannelLayout.Fixed(4), kernel: 3, stride: 2);
        string tower = builder.Conv("tower", fine, ChannelLayout.Fixed(5), kernel: 3, bias: !norms || biases),
            again = builder.SharedConv("tower@2", coarse, "tower");
        string head = builder.Conv("head", norms ? builder.BatchNorm("tower.bn1", tower) : tower, ChannelLayout.Fixed(8), kernel: 1);
        string normed = shared ? builder.SharedBatchNorm("tower.bn2", again, "tower.bn1") : norms ? builder.BatchNorm("tower.bn2", again) : again;
        builder.Output("boxes", [head, builder.SharedConv("head@2", normed, "head")], 4);
        return builder.Build();
    }
}
