using PruneSearch.Core.Detectors;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Networks;

/// <summary>The trained weights against outputs that an independent implementation computed from them.</summary>
public sealed class GoldenOutputTests
{
    [Fact]
    public void Trained_weights_give_the_known_outputs()
    {
        var model = Some.TrainedDetector(out var weights);
        using var network = new TorchNetwork(model.Network, weights);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var image = TensorArithmetic.UpTo(3 * 300 * 300).to(ScalarType.Float32).Times(0.01).sin().reshape(1, 3, 300, 300);

        var outputs = network.Forward(image);

        var boxes = outputs[DetectorModel.BoxesOutput];
        Assert.Equal([1, 1917, 4], boxes.shape);
        float[] first = [-2.64311f, -2.63629f, -80.59174f, -80.58781f], thousandth = [0.77466f, 0.34815f, -1.38331f, 0.2337f];
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(first[i], boxes[0, 0, i].item<float>(), 1e-3f);
            Assert.Equal(thousandth[i], boxes[0, 1000, i].item<float>(), 1e-3f);
        }
        Assert.Equal(-1003.179, boxes.sum(ScalarType.Float64).item<double>(), 0.1);
        Assert.Equal(-269896.42, outputs[DetectorModel.ClassesOutput].sum(ScalarType.Float64).item<double>(), 1.0);
    }
}
