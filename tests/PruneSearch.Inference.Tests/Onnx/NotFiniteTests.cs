using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Onnx;
using PruneSearch.Inference.Quantisation;

namespace PruneSearch.Inference.Tests.Onnx;

/// <summary>NaN and infinities in files, and in what files answer.</summary>
public sealed class NotFiniteTests
{
    [Fact]
    public void Weights_that_are_no_numbers_are_not_exported()
    {
        var (model, weights) = Small();
        weights["Conv.weight"].Values[1] = float.NaN;
        Assert.Contains(
            "tensor 'Conv.weight' is NaN at [0, 0, 0, 1]",
            Assert.Throws<FormatException>(() => OnnxExport.ToBytes(model, weights)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Folding_that_goes_beyond_a_float_names_the_tensor()
    {
        var (model, weights) = Small();
        weights["Conv.bn.weight"].Values[0] = 1e38f;
        weights["Conv.bn.running_var"].Values[0] = 0;
        weights["Conv.weight"].Values.AsSpan(0, 27).Fill(2);
        Assert.Contains(
            "folding batch norms: tensor 'Conv.",
            Assert.Throws<NotFiniteNumberException>(() => OnnxExport.ToBytes(model, weights)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_a_weight_that_is_no_number_is_refused_in_every_form()
    {
        byte[] raw = WithNaN();
        Assert.Equal(
            "model.onnx: constant 'Conv.weight' is NaN at [0, 0, 0, 0] (1 of 216 values are not finite), expected finite numbers",
            Assert.Throws<FormatException>(() => OnnxDetector.Load(raw, "model.onnx")).Message);
        Assert.Contains(
            "constant 'Conv.weight' is NaN", Assert.Throws<FormatException>(() => OnnxExport.ToEndToEnd(raw, "model.onnx")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "constant 'Conv.weight' is NaN",
            Assert.Throws<FormatException>(() => Int8Quantisation.Quantise(raw, [Some.RandomPicture(96, 1)])).Message,
            StringComparison.Ordinal);
        Assert.Contains("output 'boxes' is NaN at [0, 0, 0]", OnnxAnswer.Problem(raw, "model.onnx"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_beyond_a_float_names_the_output()
    {
        var (model, weights) = Small(batchNorm: false);
        var head = weights["BoxPredictor_2.BoxEncodingPredictor.weight"];
        weights["BoxPredictor_2.BoxEncodingPredictor.weight"] = new WeightTensor(head.Shape, [.. head.Values.Select(v => v * 3e38f)]);
        byte[] file = OnnxExport.ToBytes(model, weights); // every weight is finite, their sums are not
        using var detector = OnnxDetector.Load(file, "model.onnx");
        Assert.StartsWith(
            "model.onnx: output 'boxes' is ",
            Assert.Throws<NotFiniteNumberException>(() => detector.Detect(Some.RandomPicture(96, 1))).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "model.onnx: output 'boxes' is ",
            Assert.Throws<NotFiniteNumberException>(() => OnnxAnswer.RequireFinite(file, "model.onnx")).Message,
            StringComparison.Ordinal);
        OnnxAnswer.RequireFinite(OnnxExport.ToBytes(model, Some.Weights(model.Network, 1)), "model.onnx");
    }

    [Fact]
    public void Activations_whose_range_is_beyond_a_float_are_quantised_with_finite_scales()
    {
        var builder = new NetworkBuilder();
        string x = builder.Input(DetectorModel.ImageInput, 3, 8, 8);
        x = builder.Conv("first", x, ChannelLayout.Fixed(4), kernel: 1, bias: true);
        builder.Output("boxes", [builder.Conv("head", x, ChannelLayout.Fixed(4), kernel: 1)], 4);
        var network = builder.Build();
        var weights = Some.Weights(network, seed: 2);
        weights["first.weight"].Values.AsSpan().Fill(1e-38f);
        float[] picture = Some.RandomPicture(8, seed: 1);
        (picture[0], picture[1]) = (3e38f, -3e38f);
        byte[] dense = OnnxExport.ToBytes(Some.SmallDetector() with { Network = network, References = [] }, weights);

        foreach (var method in Enum.GetValues<CalibrationMethod>())
        {
            byte[] quantised = Int8Quantisation.Quantise(dense, [picture], new QuantisationOptions { Method = method });
            OnnxFile.RequireFiniteConstants(OnnxFile.Read(quantised, "quantised"), "quantised");
            Assert.Null(OnnxAnswer.Problem(quantised, "quantised"));
        }
    }

    private static (DetectorModel Model, WeightSet Weights) Small(bool batchNorm = true)
    {
        var model = Some.SmallDetector(batchNorm);
        return (model, Some.Weights(model.Network, 1));
    }

    private static byte[] WithNaN()
    {
        var (model, weights) = Small(batchNorm: false);
        byte[] file = OnnxExport.ToBytes(model, weights);
        byte[] first = [.. weights["Conv.weight"].Values.Take(4).SelectMany(BitConverter.GetBytes)];
        BitConverter.TryWriteBytes(file.AsSpan(file.AsSpan().IndexOf(first), 4), float.NaN);
        return file;
    }
}
