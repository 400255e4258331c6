using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Tests.Onnx;

/// <summary>A layer that is called like a value of the exporter's own never gives a file that no program reads.</summary>
public sealed class ValueNamesTests
{
    [Theory]
    [InlineData("scores")]
    [InlineData("selected")]
    [InlineData("coded.boxes")]
    [InlineData("zero")]
    public void A_name_that_the_end_to_end_form_needs_is_refused_there(string name)
    {
        var model = WithLayer(name);
        var weights = Some.Weights(model.Network, seed: 1);
        using var file = new MemoryStream();

        Assert.NotEmpty(OnnxExport.ToBytes(model, weights));
        string error = Assert.Throws<ArgumentException>(() => OnnxExport.WriteEndToEnd(file, model, weights)).Message;
        Assert.Contains($"value '{name}' twice", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("boxes.shape")]
    [InlineData("relu6.min")]
    public void A_name_that_the_raw_form_needs_is_refused(string name)
    {
        var model = WithLayer(name);

        string error = Assert.Throws<ArgumentException>(() => OnnxExport.ToBytes(model, Some.Weights(model.Network, seed: 1))).Message;
        Assert.Contains($"value '{name}' twice", error, StringComparison.Ordinal);
    }

    // An SSD of which one layer more is called as wanted.
    private static DetectorModel WithLayer(string name)
    {
        var model = Some.SmallDetector();
        var builder = new NetworkBuilder();
        string x = builder.Conv("first", builder.Input(DetectorModel.ImageInput, 3, 8, 8), ChannelLayout.Fixed(4), kernel: 1);
        x = builder.Activation(name, builder.Activation("clipped", x, ActivationFunction.Relu6), ActivationFunction.Relu);
        builder.Output(DetectorModel.BoxesOutput, [builder.Conv("place", x, ChannelLayout.Fixed(4), kernel: 1)], 4);
        builder.Output(DetectorModel.ClassesOutput, [builder.Conv("class", x, ChannelLayout.Fixed(model.ClassOutputs), kernel: 1)], model.ClassOutputs);
        return model with { Network = builder.Build(), References = [.. model.References.Take(64)] };
    }
}
