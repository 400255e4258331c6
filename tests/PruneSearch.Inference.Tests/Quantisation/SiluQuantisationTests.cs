using Microsoft.ML.OnnxRuntime;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Inference.Onnx;
using PruneSearch.Inference.Onnx.Schema;
using PruneSearch.Inference.Quantisation;

namespace PruneSearch.Inference.Tests.Quantisation;

/// <summary>Networks with SiLU, concatenations, pooling and enlargement run on integers from end to end, and well.</summary>
public sealed class SiluQuantisationTests
{
    private static readonly float[][] Pictures = [.. Enumerable.Range(0, 8).Select(i => Some.RandomPicture(32, seed: i))];

    [Fact]
    public void The_answer_is_nearly_as_before()
    {
        byte[] dense = Pyramid(), quantised = Int8Quantisation.Quantise(dense, Pictures);

        float[] picture = Some.RandomPicture(32, seed: 100), before = Engine.Run(dense, picture)["boxes"], after = Engine.Run(quantised, picture)["boxes"];

        double error = Math.Sqrt(before.Zip(after).Sum(p => Math.Pow(p.First - p.Second, 2)) / before.Sum(v => (double)v * v));
        Assert.InRange(error, 1e-4, 0.07);
    }

    [Fact]
    public void Everything_between_convolutions_stands_between_pairs()
    {
        var graph = OnnxFile.Read(Int8Quantisation.Quantise(Pyramid(), Pictures), "quantised").Graph;

        var reads = graph.Node.Where(n => n.OpType is "Sigmoid" or "Mul" or "Concat" or "Resize" or "MaxPool" && n.Name != "boxes").ToList();
        Assert.Equal(5 + 5 + 2 + 1 + 1, reads.Count);
        foreach (var node in reads)
        {
            Assert.All(node.Input.Where(i => i.Length > 0 && !i.EndsWith(".sizes", StringComparison.Ordinal)), i => Assert.EndsWith(".dequantised", i));
            Assert.Contains(graph.Node, n => n.OpType == "QuantizeLinear" && n.Input[0] == node.Output[0]);
        }
    }

    [Fact]
    public void What_only_moves_values_keeps_their_scale()
    {
        var graph = OnnxFile.Read(Int8Quantisation.Quantise(Pyramid(), Pictures), "quantised").Graph;

        foreach (var node in graph.Node.Where(n => n.OpType is "Concat" or "Resize" or "MaxPool" && n.Name != "boxes"))
        {
            string output = Numbers(graph, node.Output[0]);
            Assert.All(
                node.Input.Where(i => i.EndsWith(".dequantised", StringComparison.Ordinal)),
                i => Assert.Equal(output, Numbers(graph, i[..^".dequantised".Length])));
        }
    }

    [Fact]
    public void The_engine_finds_integers_everywhere_but_in_the_heads()
    {
        var operations = Optimised(Int8Quantisation.Quantise(Pyramid(), Pictures)).Graph.Node.Where(
            n => !n.Name.StartsWith("head", StringComparison.Ordinal)).CountBy(n => n.OpType).ToDictionary();

        Assert.Equal(5, operations["QLinearConv"]);
        Assert.Equal(5, operations["QLinearSigmoid"]);
        Assert.Equal(5, operations["QLinearMul"]);
        Assert.Equal(2, operations["QLinearConcat"]);
        Assert.Equal(1, operations["QuantizeLinear"]); // the picture
        Assert.Equal(1, operations["DequantizeLinear"]); // for the head
    }

    [Fact]
    public void A_function_that_is_flat_below_zero_costs_no_steps_there()
    {
        var builder = new NetworkBuilder();
        string x = builder.Input(DetectorModel.ImageInput, 3, 8, 8);
        x = Silu(builder, "first", builder.Conv("first", x, ChannelLayout.Fixed(4), kernel: 1));
        builder.Output("boxes", [builder.Conv("head", x, ChannelLayout.Fixed(4), kernel: 1)], 4);
        var network = builder.Build();
        var weights = Some.Weights(network, seed: 2);
        float[] bias = weights["first.bias"].Values;
        (bias[0], bias[1], bias[2], bias[3]) = (-200, 0.5f, 0.3f, -0.2f); // a channel that trained to be silent
        byte[] dense = OnnxExport.ToBytes(Some.SmallDetector() with { Network = network, References = [] }, weights);
        float[] picture = Some.RandomPicture(8, seed: 1);

        float[] before = Engine.Run(dense, picture)["boxes"], after = Engine.Run(Int8Quantisation.Quantise(dense, [picture]), picture)["boxes"];

        Assert.All(before.Zip(after), p => Assert.Equal(p.First, p.Second, 0.05));
    }

    private static byte[] Pyramid()
    {
        var builder = new NetworkBuilder();
        string picture = builder.Input(DetectorModel.ImageInput, 3, 32, 32);
        string fine = Silu(builder, "fine", builder.Conv("fine", picture, ChannelLayout.Fixed(16), kernel: 3, stride: 2));
        string coarse = Silu(builder, "coarse", builder.Conv("coarse", fine, ChannelLayout.Fixed(16), kernel: 3, stride: 2));
        string pooled = builder.MaxPool("pooled", coarse, 5, 1, PaddingStyle.Symmetric);
        string wide = Silu(builder, "wide", builder.Conv("wide", builder.Concat("pools", coarse, pooled), ChannelLayout.Fixed(16), kernel: 1));
        string merged = builder.Concat("merged", builder.UpsampleTo("up", wide, fine), fine);
        string last = Silu(
            builder, "last", builder.Depthwise("last", Silu(builder, "mixed", builder.Conv("mixed", merged, ChannelLayout.Fixed(16), kernel: 1)), kernel: 3));
        builder.Output("boxes", [builder.Conv("head", last, ChannelLayout.Fixed(4), kernel: 1)], 4);
        var network = builder.Build();
        return OnnxExport.ToBytes(Some.SmallDetector() with { Network = network, References = [] }, Some.Weights(network, seed: 2));
    }

    private static string Silu(NetworkBuilder builder, string name, string input) => builder.Activation(name + ".silu", input, ActivationFunction.Silu);

    private static string Numbers(GraphProto graph, string value)
    {
        var pair = graph.Node.Single(n => n.OpType == "QuantizeLinear" && n.Input[0] == value);
        return string.Join(' ', pair.Input.Skip(1).Select(i => Convert.ToHexString(graph.Initializer.Single(t => t.Name == i).RawData.Span)));
    }

    private static ModelProto Optimised(byte[] model)
    {
        string file = Path.GetTempFileName();
        try
        {
            using var options = new SessionOptions { OptimizedModelFilePath = file, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            using (new InferenceSession(model, options))
            {
                return ModelProto.Parser.ParseFrom(File.ReadAllBytes(file));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }
}
