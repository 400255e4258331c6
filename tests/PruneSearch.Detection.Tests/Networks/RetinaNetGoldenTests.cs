using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Losses;
using PruneSearch.Detection.Networks;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Networks;

/// <summary>What torchvision 0.21 answers with the same weights: outputs, anchors and both losses.</summary>
public sealed class RetinaNetGoldenTests
{
    private const int Size = 128;

    [Theory]
    [InlineData("mobilenet_v2", 10_774_753, 2_093_651_200, -5.760601, 0.103720, -5.224751, 0.108451, 114.091133, 0.682145)]
    [InlineData("resnet50", 32_615_969, 3_380_239_616, -15.914031, 0.208274, 21.895668, 0.214226, 123.160683, 0.891426)]
    public void Outputs_and_losses_are_those_of_torchvision(
        string backbone, long parameters, long macs, double classSum, double classMean, double boxSum, double boxMean, double classLoss, double boxLoss)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, RetinaNetFormula.StateDict(backbone));

        var imported = DetectorImport.Read(stream.ToArray(), "retinanet.safetensors", new() { InputSize = Size });

        var model = imported.Model;
        Assert.Equal(backbone == "resnet50" ? RetinaNetBackbone.ResNet50 : RetinaNetBackbone.MobileNetV2, ((RetinaNetOptions)model.Spec.Options).Backbone);
        Assert.Equal((parameters, macs, 20), (model.Network.Parameters, model.Network.Macs, model.Spec.Classes.Count));
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var network = new TorchNetwork(model.Network, imported.Weights);
        var picture = tensor([.. Enumerable.Range(0, 3 * Size * Size).Select(i => (float)Math.Sin(i * 0.01))], [1, 3, Size, Size]);
        var outputs = network.Forward(picture);
        Tensor classes = outputs["classes"], boxes = outputs["boxes"];
        Assert.Equal([1, 3069, 21], classes.shape);
        Near(classMean, classes.abs().mean().item<float>());
        Near(boxMean, boxes.abs().mean().item<float>());
        Near(classSum, classes.to(ScalarType.Float64).sum().item<double>());
        Near(boxSum, boxes.to(ScalarType.Float64).sum().item<double>());
        double[][] expected = backbone == "resnet50"
            ? [[-0.03181, -0.325834, 0.336486, 0.091201], [0.000499, -0.01204, -0.019634, -0.017868], [-0.204478, 0.392793, -0.143284, -0.288042],
                [0.018548, 0.019233, 0.010052, -0.00354]]
            : [[0.22849, -0.177022, -0.079528, 0.217221], [-0.019274, -0.018596, -0.009156, 0.003875], [-0.25701, 0.069914, 0.219228, -0.202615],
                [0.011779, -0.000861, -0.013358, -0.020166]];
        foreach (var (values, row) in expected.Zip((Tensor[])[classes[0, 0], classes[0, 1000], boxes[0, 0], boxes[0, 1000]]))
        {
            Assert.All(values.Zip(row.data<float>()), v => Assert.Equal(v.First, v.Second, 1e-5));
        }

        Anchor([-23, -11, 23, 11], model.References[0]);
        Anchor([92, 34, 148, 62], model.References[1000]);

        var image = Some.Image(Object(0, 10, 20, 60, 90), Object(6, 70, 30, 120, 70), Object(19, 5, 100, 25, 125));
        var terms = new DetectionLoss(model).Terms(outputs, [image]);
        Near(classLoss, terms[FocalLoss.Name].item<float>());
        Near(boxLoss, terms[CodedBoxLoss.Name].item<float>());
    }

    [Fact]
    public void The_file_that_torchvision_wrote_is_the_one_of_the_formula()
    {
        string? folder = Environment.GetEnvironmentVariable("PRUNESEARCH_PEER");
        Assert.SkipWhen(folder is null, "PRUNESEARCH_PEER names no folder with torchvision.");
        foreach (string backbone in (string[])["mobilenet_v2", "resnet50"])
        {
            string file = Path.Combine(folder, "tmp", backbone + ".safetensors");
            Assert.SkipUnless(File.Exists(file), $"{file} is not there.");
            var written = Safetensors.Read(file);
            var made = RetinaNetFormula.StateDict(backbone);
            Assert.Equal(written.Keys.Order(StringComparer.Ordinal), made.Keys.Order(StringComparer.Ordinal));
            Assert.All(made, t => Assert.All(t.Value.Values.Zip(written[t.Key].Values), v => Assert.Equal(v.First, v.Second, 1e-6f)));
        }
    }

    private static (int, float, float, float, float) Object(int @class, float left, float top, float right, float bottom) =>
        (@class, top / Size, left / Size, bottom / Size, right / Size);

    private static void Anchor(float[] corners, ReferenceBox box) => Assert.All(
        corners.Zip((float[])[box.CenterX - box.Width / 2, box.CenterY - box.Height / 2, box.CenterX + box.Width / 2, box.CenterY + box.Height / 2]),
        c => Assert.Equal(c.First, c.Second * Size, 1e-3f));

    private static void Near(double expected, double actual) =>
        Assert.InRange(actual, expected - 1e-4 * Math.Abs(expected), expected + 1e-4 * Math.Abs(expected));
}
