using PruneSearch.Core.Networks;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Tests.Onnx;

public sealed class PrunedExportTests
{
    private static readonly ChannelGroupKind[] AllKinds = Enum.GetValues<ChannelGroupKind>();

    [Fact]
    public void The_pruned_trained_detector_answers_as_the_dense_one_that_does_not_read_the_channels()
    {
        var (dense, weights) = Some.TrainedDetector();
        var widths = UniformWidths.For(dense.Network, 0.3, 8, ChannelGroupKind.Hidden);
        var (pruned, shrunk) = Shrink.To(dense, weights, widths);

        byte[] whole = OnnxExport.ToBytes(dense, Shrink.Mask(dense.Network, weights, widths)), small = OnnxExport.ToBytes(pruned, shrunk);

        float[] picture = Some.RandomPicture(300, seed: 2);
        var expected = Engine.Run(whole, picture);
        foreach (var (name, values) in Engine.Run(small, picture))
        {
            Engine.RequireClose(expected[name], values, 1e-4);
        }
        Assert.True(small.Length < 0.9 * whole.Length, $"{small.Length} of {whole.Length} bytes");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Any_group_can_lose_channels_with_and_without_batch_norms(bool batchNorm)
    {
        var dense = Some.SmallDetector(batchNorm);
        var weights = Some.Weights(dense.Network, seed: 8);
        var widths = UniformWidths.For(dense.Network, 0.4, 1, AllKinds);
        var (pruned, shrunk) = Shrink.To(dense, weights, widths);

        float[] picture = Some.RandomPicture(96, seed: 3);
        var expected = Engine.Run(OnnxExport.ToBytes(dense, Shrink.Mask(dense.Network, weights, widths)), picture);
        foreach (var (name, values) in Engine.Run(OnnxExport.ToBytes(pruned, shrunk), picture))
        {
            Engine.RequireClose(expected[name], values, 1e-4);
        }
    }

    [Fact]
    public void The_file_is_its_parameters_and_a_little_more()
    {
        var dense = Some.SmallDetector(batchNorm: false);
        var weights = Some.Weights(dense.Network, seed: 8);
        var (pruned, shrunk) = Shrink.To(dense, weights, UniformWidths.For(dense.Network, 0.5, 8, AllKinds));

        int Overhead(byte[] file, Network network) => file.Length - (int)network.Parameters * sizeof(float);
        Assert.InRange(Overhead(OnnxExport.ToBytes(dense, weights), dense.Network), 0, 60_000);
        Assert.InRange(Overhead(OnnxExport.ToBytes(pruned, shrunk), pruned.Network), 0, 60_000);
    }
}
