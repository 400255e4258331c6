using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Inference.Onnx;
using PruneSearch.Inference.Quantisation;

namespace PruneSearch.Inference.Tests.Quantisation;

public sealed class Int8QuantisationTests
{
    [Theory]
    [InlineData(CalibrationMethod.MinMax, 8)]
    [InlineData(CalibrationMethod.Percentile, 8)]
    [InlineData(CalibrationMethod.MinMax, 7)]
    public void A_quantised_network_answers_nearly_as_before(CalibrationMethod method, int bits)
    {
        var builder = new NetworkBuilder();
        string x = builder.Input(DetectorModel.ImageInput, 3, 32, 32);
        x = builder.Activation("first.relu6", builder.Conv("first", x, ChannelLayout.Fixed(16), kernel: 3, stride: 2), ActivationFunction.Relu6);
        string depthwise = builder.Activation("depthwise.relu6", builder.Depthwise("depthwise", x, kernel: 3), ActivationFunction.Relu6);
        x = builder.Sum("sum", builder.Conv("linear", depthwise, ChannelLayout.Fixed(16), kernel: 1), x);
        builder.Output("boxes", [builder.Conv("head", x, ChannelLayout.Fixed(4), kernel: 1)], 4);
        var network = builder.Build();
        byte[] dense = OnnxExport.ToBytes(Some.SmallDetector() with { Network = network, References = [] }, Some.Weights(network, seed: 2));
        float[][] pictures = [.. Enumerable.Range(0, 8).Select(i => Some.RandomPicture(32, seed: i))];

        byte[] quantised = Int8Quantisation.Quantise(dense, pictures, new QuantisationOptions { Method = method, WeightBits = bits });

        float[] picture = Some.RandomPicture(32, seed: 100), before = Engine.Run(dense, picture)["boxes"], after = Engine.Run(quantised, picture)["boxes"];
        double error = Math.Sqrt(before.Zip(after).Sum(p => Math.Pow(p.First - p.Second, 2)) / before.Sum(v => (double)v * v));
        Assert.InRange(error, 1e-4, 0.03);
    }

    [Fact]
    public void A_quantised_detector_is_smaller_and_says_what_it_is()
    {
        var model = Some.SmallDetector();
        byte[] dense = OnnxExport.ToBytes(model, Some.Weights(model.Network, 1)), quantised = Int8Quantisation.Quantise(dense, [Some.RandomPicture(96, 1)]);

        Assert.True(quantised.Length < 0.5 * dense.Length, $"{quantised.Length} of {dense.Length} bytes");
        Assert.Equal("int8", OnnxFile.Read(quantised, "quantised").MetadataProps.Single(m => m.Key == OnnxMetadata.Precision).Value);
    }

    [Fact]
    public void Prediction_heads_stay_in_floating_point_and_all_other_convolutions_do_not()
    {
        var model = Some.SmallDetector();
        byte[] dense = OnnxExport.ToBytes(model, Some.Weights(model.Network, 1));
        byte[] quantised = Int8Quantisation.Quantise(dense, [Some.RandomPicture(96, 1)], new QuantisationOptions { MaxNoise = 1 });

        var graph = OnnxFile.Read(quantised, "quantised").Graph;
        foreach (var conv in graph.Node.Where(n => n.OpType == "Conv"))
        {
            bool head = conv.Name.StartsWith("BoxPredictor", StringComparison.Ordinal);
            Assert.Equal(!head, conv.Input[1].EndsWith(".dequantised", StringComparison.Ordinal));
            var weight = graph.Initializer.Single(t => t.Name == conv.Input[1].Replace(".dequantised", "", StringComparison.Ordinal));
            Assert.Equal(head ? 1 : 3, weight.DataType);
        }
        Assert.Equal(12, graph.Node.Count(n => n.OpType == "Conv" && n.Name.StartsWith("BoxPredictor", StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_output_channel_has_a_scale_of_its_own()
    {
        var model = Some.SmallDetector(batchNorm: false);
        var weights = Some.Weights(model.Network, 1);
        float[] kernel = weights["Conv.weight"].Values;
        for (int i = 0; i < 27; i++)
        {
            kernel[i] = i == 5 ? -1e-3f : 0.5e-3f; // the first channel is tiny
        }

        var graph = OnnxFile.Read(Int8Quantisation.Quantise(OnnxExport.ToBytes(model, weights), [Some.RandomPicture(96, 1)]), "quantised").Graph;

        sbyte[] bytes = [.. graph.Initializer.Single(t => t.Name == "Conv.weight").RawData.Select(b => (sbyte)b)];
        Assert.Equal(-127, bytes[5]);
        Assert.Equal(64, bytes[6]); // 63.5, to even
        Assert.Equal(127, bytes.Skip(27).Max(b => Math.Abs((int)b)));
    }

    [Fact]
    public void A_channel_that_is_nothing_but_its_bias_keeps_it()
    {
        var builder = new NetworkBuilder();
        string x = builder.Input(DetectorModel.ImageInput, 3, 8, 8);
        x = builder.Conv("first", x, ChannelLayout.Fixed(4), kernel: 1, bias: true);
        builder.Output("boxes", [builder.Conv("head", x, ChannelLayout.Fixed(4), kernel: 1)], 4);
        var network = builder.Build();
        var weights = Some.Weights(network, seed: 2);
        weights["first.weight"].Values.AsSpan(3, 3).Clear();
        weights["first.weight"].Values.AsSpan(6, 3).Fill(1e-12f);
        (weights["first.bias"].Values[1], weights["first.bias"].Values[2]) = (0.75f, -0.5f);
        byte[] dense = OnnxExport.ToBytes(Some.SmallDetector() with { Network = network, References = [] }, weights);
        float[] picture = Some.RandomPicture(8, seed: 1);

        float[] before = Engine.Run(dense, picture)["boxes"], after = Engine.Run(Int8Quantisation.Quantise(dense, [picture]), picture)["boxes"];

        Assert.All(before.Zip(after), p => Assert.Equal(p.First, p.Second, 0.05));
    }

    [Fact]
    public void Percentiles_leave_out_what_is_extreme()
    {
        var model = Some.SmallDetector();
        byte[] dense = OnnxExport.ToBytes(model, Some.Weights(model.Network, 1));
        float[] picture = Some.RandomPicture(96, 1);
        picture[17] = 50;

        float InputScale(QuantisationOptions options) => BitConverter.ToSingle(OnnxFile.Read(Int8Quantisation.Quantise(dense, [picture], options), "quantised")
            .Graph.Initializer.Single(t => t.Name == DetectorModel.ImageInput + ".scale").RawData.Span);

        Assert.Equal(51f / 255, InputScale(new QuantisationOptions()), 0.01f);
        Assert.InRange(InputScale(new QuantisationOptions { Method = CalibrationMethod.Percentile, Percentile = 0.999 }), 1.9f / 255, 2.1f / 255);
    }

    [Fact]
    public void Impossible_requests_are_refused()
    {
        var model = Some.SmallDetector();
        byte[] dense = OnnxExport.ToBytes(model, Some.Weights(model.Network, 1));
        byte[] quantised = Int8Quantisation.Quantise(dense, [Some.RandomPicture(96, 1)]);

        Assert.Contains("already", Assert.Throws<FormatException>(() => Int8Quantisation.Quantise(quantised, [Some.RandomPicture(96, 1)])).Message);
        Assert.Contains("at least one picture", Assert.Throws<ArgumentException>(() => Int8Quantisation.Quantise(dense, [])).Message);
        Assert.Contains("expected 27648", Assert.Throws<ArgumentException>(() => Int8Quantisation.Quantise(dense, [Some.RandomPicture(64, 1)])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Int8Quantisation.Quantise(dense, [Some.RandomPicture(96, 1)], new QuantisationOptions { WeightBits = 4 }));
    }
}
