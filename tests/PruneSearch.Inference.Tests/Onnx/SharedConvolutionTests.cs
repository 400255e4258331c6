using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Detection.Networks;
using PruneSearch.Inference.Onnx;
using static TorchSharp.torch;

namespace PruneSearch.Inference.Tests.Onnx;

/// <summary>A convolution that two levels share, with batch norms behind it, is exported as it was trained.</summary>
public sealed class SharedConvolutionTests
{
    [Theory]
    [InlineData("own", "own", 2)]
    [InlineData("own", "shared", 2)]
    [InlineData("own", "none", 0)]
    [InlineData("none", "own", 0)]
    public void Levels_have_a_norm_each_or_share_one_or_have_none(string first, string second, int foldable)
    {
        var builder = new NetworkBuilder();
        string fine = builder.Conv("fine", builder.Input(DetectorModel.ImageInput, 3, 16, 16), ChannelLayout.Fixed(4), kernel: 3, stride: 2);
        string coarse = builder.Conv("coarse", fine, ChannelLayout.Fixed(4), kernel: 3, stride: 2);
        string tower = builder.Conv("tower", fine, ChannelLayout.Fixed(5), kernel: 3), again = builder.SharedConv("tower@2", coarse, "tower");
        string head = builder.Conv("head", first == "own" ? builder.BatchNorm("tower.bn1", tower) : tower, ChannelLayout.Fixed(8), kernel: 1);
        string normed =
            second switch { "own" => builder.BatchNorm("tower.bn2", again), "shared" => builder.SharedBatchNorm("tower.bn2", again, "tower.bn1"), _ => again };
        builder.Output("boxes", [head, builder.SharedConv("head@2", normed, "head")], 4);
        var network = builder.Build();
        var weights = Some.Weights(network, seed: 5);
        weights["head.weight"].Values.AsSpan().Clear(); // shows the tower's channels as they are
        for (int i = 0; i < 5; i++)
        {
            weights["head.weight"].Values[i * 5 + i] = 1;
        }
        Assert.Equal(foldable, BatchNormFolding.Foldable(network).Count);
        if (foldable > 0)
        {
            Assert.Equal(second == "own", BatchNormFolding.Fold(network, weights).ContainsKey("tower@2.weight"));
        }
        float[] picture = Some.RandomPicture(16, seed: 6);

        float[] exported = Engine.Run(OnnxExport.ToBytes(Some.SmallDetector() with { Network = network, References = [] }, weights), picture)["boxes"];

        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var trained = new TorchNetwork(network, weights);
        Engine.RequireClose(trained.Forward(tensor(picture, [1, 3, 16, 16]))["boxes"].contiguous().data<float>().ToArray(), exported, 1e-5);
    }
}
