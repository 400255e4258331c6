using PruneSearch.Core.Detectors;
using PruneSearch.Detection.Losses;
using PruneSearch.Detection.Networks;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Networks;

/// <summary>The trained YOLOX-nano answers and learns as an independent implementation does.</summary>
public sealed class YoloxGoldenTests
{
    [Fact]
    public void Outputs()
    {
        var detector = YoloxNano.Read();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var network = new TorchNetwork(detector.Model.Network, detector.Weights);

        var outputs = network.Forward(YoloxNano.Pictures());

        var (boxes, objectness, classes) =
            (outputs[DetectorModel.BoxesOutput], outputs[DetectorModel.ObjectnessOutput].sigmoid(), outputs[DetectorModel.ClassesOutput].sigmoid());
        Close(15245.3467, Sum(boxes[0]));
        Close(2.231518, Sum(objectness[0]));
        Close(1957.118827, Sum(classes[0]));
        Close(17204.697, Sum(boxes[0]) + Sum(objectness[0]) + Sum(classes[0]));
        float[] Row(int picture, int row) => [.. boxes[picture][row].data<float>(), objectness[picture][row].item<float>()];
        Assert.Equal([.99561f, .65594f, .69867f, .07054f, .00041f], Row(0, 0), (e, a) => Math.Abs(e - a) < 1e-5);
        Assert.Equal([.47774f, .22391f, 2.89595f, .84153f, .00001f], Row(0, 1000), (e, a) => Math.Abs(e - a) < 1e-5);
        Assert.Equal([.07747f, .31480f, 2.22540f, 1.21642f], Row(1, 1000)[..4], (e, a) => Math.Abs(e - a) < 1e-5);
    }

    [Fact]
    public void Losses_and_their_gradients()
    {
        var detector = YoloxNano.Read();
        using var scope = NewDisposeScope();
        using var network = new TorchNetwork(detector.Model.Network, detector.Weights);
        var loss = new DetectionLoss(detector.Model);
        var outputs = network.Forward(YoloxNano.Pictures());

        var terms = loss.Terms(outputs, YoloxNano.Objects(), step: 1);
        loss.Compute(outputs, YoloxNano.Objects()).backward();

        Close(4.380886, terms[IouBoxLoss.Name].item<float>());
        Close(9.414119, terms[OverlapLoss.Objectness].item<float>());
        Close(2.184250, terms[OverlapLoss.Classes].item<float>());
        Close(1.826691, terms[IouBoxLoss.Distance].item<float>());
        Close(3.792410, network.Tensors["head.obj_preds.0.weight"].grad!.norm().item<float>());
        Close(5.447052, network.Tensors["head.cls_preds.2.weight"].grad!.norm().item<float>());
    }

    [Fact]
    public void Assignment()
    {
        var detector = YoloxNano.Read();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var network = new TorchNetwork(detector.Model.Network, detector.Weights);
        var rule = Assert.IsType<PruneSearch.Core.Detectors.Rules.AssignmentRule.SimOta>(detector.Model.Training.Assignment);

        var assignment = new SimOtaAssigner(detector.Model, rule).Assign(network.Forward(YoloxNano.Pictures()), YoloxNano.Objects());

        Assert.Equal(12, assignment.Objects.Count(o => o >= 0));
        Assert.Equal([0, 1, 2], assignment.Objects[..3549].Where(o => o >= 0).Distinct().Order());
        Assert.Equal([0, 1], assignment.Objects[3549..].Where(o => o >= 0).Distinct().Order());
        Assert.All(assignment.Objects.Zip(assignment.Overlaps!), p => Assert.InRange(p.Second, 0, p.First >= 0 ? 1 : 0));
    }

    private static void Close(double expected, double actual) => Assert.InRange(Math.Abs(actual / expected - 1), 0, 1e-6 * 5);

    private static double Sum(Tensor values) => values.to(ScalarType.Float64).sum().item<double>();
}
