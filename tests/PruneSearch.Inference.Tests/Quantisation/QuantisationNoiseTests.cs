using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Inference.Onnx;
using PruneSearch.Inference.Onnx.Schema;
using PruneSearch.Inference.Quantisation;

namespace PruneSearch.Inference.Tests.Quantisation;

/// <summary>All channels of an activation share the steps of a byte: what becomes of the quiet ones beside a loud one.</summary>
public sealed class QuantisationNoiseTests
{
    private const int Channels = 8, Edge = 16;
    private const float Loudness = 300;

    private static readonly float[][] Pictures = [.. Enumerable.Range(0, 8).Select(i => Some.RandomPicture(Edge, seed: i))];

    [Fact]
    public void Quiet_channels_beside_a_loud_one_keep_what_they_say()
    {
        byte[] dense = LoudAndQuiet();

        double bounded = Error(dense, Int8Quantisation.Quantise(dense, Pictures));
        double all = Error(dense, Int8Quantisation.Quantise(dense, Pictures, new QuantisationOptions { MaxNoise = 1 }));

        Assert.InRange(bounded, 1e-5, 0.05);
        Assert.True(all > 4 * bounded, $"{all} with every convolution on integers, {bounded} without those that it destroys");
    }

    [Fact]
    public void Only_what_reads_or_answers_with_the_loud_channel_stays_in_floating_point()
    {
        var graph = OnnxFile.Read(Int8Quantisation.Quantise(LoudAndQuiet(), Pictures), "quantised").Graph;

        var integers = graph.Node.Where(n => n.OpType == "Conv").ToDictionary(n => n.Name, n => n.Input[1].EndsWith(".dequantised", StringComparison.Ordinal));
        Assert.False(integers["first"]); // answers with it
        Assert.False(integers["spread"]); // reads it
        Assert.True(integers["mix"]);
        Assert.True(integers["last"]);
        Assert.False(integers["head"]);
    }

    [Fact]
    public void Noise_is_the_variance_of_rounding_over_that_of_the_values()
    {
        var weight = new TensorProto { RawData = Google.Protobuf.ByteString.CopyFrom(new float[] { 3, 4, 0, 0 }.SelectMany(BitConverter.GetBytes).ToArray()) };
        weight.Dims.AddRange([2, 2, 1, 1]);

        // Steps of 1 at the input and of 2 at the output: 25/12 + 4/12 beside a variance of 100; the other channel is silent.
        double noise = QuantisationNoise.Of(weight, (-55, 200), (-200, 310), [100, 0]);

        Assert.Equal(29.0 / 12 / 100, noise, 1e-9);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void A_share_is_from_0_to_1(double noise) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Int8Quantisation.Quantise(LoudAndQuiet(), Pictures, new QuantisationOptions { MaxNoise = noise }));

    [Fact]
    public void Where_nothing_is_quiet_enough_the_model_is_quantised_as_a_whole()
    {
        var graph = OnnxFile.Read(Int8Quantisation.Quantise(LoudAndQuiet(), Pictures, new QuantisationOptions { MaxNoise = 0 }), "quantised").Graph;

        Assert.Equal(4, graph.Node.Count(n => n.OpType == "Conv" && n.Input[1].EndsWith(".dequantised", StringComparison.Ordinal)));
    }

    [Fact]
    public void Convolutions_that_share_a_weight_stay_in_floating_point_together()
    {
        var builder = new NetworkBuilder();
        string picture = builder.Input(DetectorModel.ImageInput, 3, Edge, Edge);
        var group = builder.Group("maps", ChannelGroupKind.Hidden, Channels);
        string loud = Silu(builder, builder.Conv("loud", picture, group, kernel: 3)), quiet = Silu(builder, builder.Conv("quiet", picture, group, kernel: 3));
        string shared = Silu(builder, builder.Conv("shared", loud, ChannelLayout.Fixed(Channels), kernel: 1));
        string other = Silu(builder, builder.SharedConv("other", quiet, "shared"));
        string sum = builder.Conv("sum", builder.Sum("both", shared, other), ChannelLayout.Fixed(Channels), kernel: 1);
        builder.Output("boxes", [builder.Conv("head", sum, ChannelLayout.Fixed(4), kernel: 1)], 4);
        var network = builder.Build();
        var weights = Some.Weights(network, seed: 2);
        Scale(weights["loud.weight"].Values, 0, 27, Loudness);
        float[] mixed = weights["shared.weight"].Values;
        for (int o = 0; o < Channels; o++)
        {
            mixed[o * Channels] /= Loudness;
        }
        byte[] dense = OnnxExport.ToBytes(Some.SmallDetector() with { Network = network, References = [] }, weights);

        byte[] quantised = Int8Quantisation.Quantise(dense, Pictures);

        var graph = OnnxFile.Read(quantised, "quantised").Graph;
        Assert.All(graph.Node.Where(n => n.Name is "shared" or "other"), n => Assert.Equal("shared.weight", n.Input[1]));
        Assert.Equal(graph.Initializer.Count, graph.Initializer.Select(t => t.Name).Distinct().Count());
        Assert.Contains(graph.Node, n => n.Name == "quiet" && n.Input[1].EndsWith(".dequantised", StringComparison.Ordinal));
        Assert.InRange(Error(dense, quantised), 1e-5, 0.05);
    }

    // A channel that is three hundred times as loud as the others, until a convolution mixes it in as softly as them.
    private static byte[] LoudAndQuiet()
    {
        var builder = new NetworkBuilder();
        string x = Silu(builder, builder.Conv("first", builder.Input(DetectorModel.ImageInput, 3, Edge, Edge), ChannelLayout.Fixed(Channels), kernel: 3));
        x = Silu(builder, builder.Depthwise("spread", x, kernel: 3));
        x = Silu(builder, builder.Conv("mix", x, ChannelLayout.Fixed(Channels), kernel: 1));
        x = Silu(builder, builder.Conv("last", x, ChannelLayout.Fixed(Channels), kernel: 1));
        builder.Output("boxes", [builder.Conv("head", x, ChannelLayout.Fixed(4), kernel: 1)], 4);
        var network = builder.Build();
        var weights = Some.Weights(network, seed: 2);
        Scale(weights["first.weight"].Values, 0, 27, Loudness);
        Scale(weights["spread.weight"].Values, 0, 9, 1 / Loudness);
        return OnnxExport.ToBytes(Some.SmallDetector() with { Network = network, References = [] }, weights);
    }

    private static void Scale(float[] values, int begin, int count, float factor)
    {
        foreach (ref float value in values.AsSpan(begin, count))
        {
            value *= factor;
        }
    }

    private static string Silu(NetworkBuilder builder, string input) => builder.Activation(input + ".silu", input, ActivationFunction.Silu);

    private static double Error(byte[] dense, byte[] quantised)
    {
        float[] picture = Some.RandomPicture(Edge, seed: 100), before = Engine.Run(dense, picture)["boxes"], after = Engine.Run(quantised, picture)["boxes"];
        return Math.Sqrt(before.Zip(after).Sum(p => Math.Pow(p.First - p.Second, 2)) / before.Sum(v => (double)v * v));
    }
}
