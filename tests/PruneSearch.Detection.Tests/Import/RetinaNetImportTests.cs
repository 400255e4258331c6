using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Tests.Core.Weights;

namespace PruneSearch.Tests.Detection.Import;

/// <summary>Files of torchvision's RetinaNet and ResNets: what is read, and what is refused with what differs. Golden tests have what they answer.</summary>
public sealed class RetinaNetImportTests
{
    private const string Body = "backbone.body.";

    [Fact]
    public void A_file_of_torch_save_on_a_ResNet_with_18_layers_is_read_by_torchvisions_names()
    {
        var state = RetinaNetFormula.StateDict("resnet18");

        var imported = DetectorImport.Read(TorchFile.Of(state, "model"), "r.pth", new() { InputSize = 128 });

        var options = (RetinaNetOptions)imported.Model.Spec.Options;
        Assert.Equal((RetinaNetBackbone.ResNet18, 256, 4, true), (options.Backbone, options.PyramidWidth, options.HeadDepth, options.Background));
        Assert.Equal(20, imported.Model.Spec.Classes.Count);
        Assert.Equal(state[Body + "layer3.0.downsample.0.weight"].Values, imported.Weights["layer3.0.downsample.weight"].Values);
        Assert.Equal(state["head.regression_head.bbox_reg.bias"].Values, imported.Weights["regression_head.bbox_reg.bias"].Values);
        Assert.Equal(state.Values.Sum(t => t.Values.LongLength), imported.Weights.Values.Sum(t => t.Values.LongLength));
    }

    [Theory]
    [InlineData("resnet18", RetinaNetBackbone.ResNet18)]
    [InlineData("resnet50", RetinaNetBackbone.ResNet50)]
    public void The_backbone_comes_from_a_ResNet_and_the_rest_from_the_seed(string backbone, RetinaNetBackbone expected)
    {
        var state = new WeightSet();
        foreach (var (name, tensor) in RetinaNetFormula.StateDict(backbone).Where(t => t.Key.StartsWith(Body, StringComparison.Ordinal)))
        {
            state.Add(name[Body.Length..], tensor);
        }
        state.Add("fc.bias", new WeightTensor([2], [1, 2])); // belongs to no detector

        var imported = DetectorImport.Read(Bytes(state), "resnet.safetensors", new() { InputSize = 128, Classes = ["a", "b"], Seed = 3 });

        Assert.Equal(expected, ((RetinaNetOptions)imported.Model.Spec.Options).Backbone);
        Assert.Contains(imported.Notes, n => n.Contains("the others start random, with seed 3", StringComparison.Ordinal));
        Assert.Equal(state["layer4.1.bn2.running_var"].Values, imported.Weights["layer4.1.conv2.bn.running_var"].Values);
        imported.Weights.RequireFit(imported.Model.Network, "imported");
        const string Head = "classification_head.cls_logits.weight";
        Assert.Equal(RandomWeights.For(imported.Model, 3)[Head].Values, imported.Weights[Head].Values);
    }

    [Fact]
    public void What_is_missing_or_has_another_shape_and_classes_that_disagree_are_named()
    {
        const string Tensor = "head.classification_head.conv.1.0.weight";
        var state = RetinaNetFormula.StateDict("resnet18");
        Assert.Contains("3 class names, expected 20", Refused(state, ["a", "b", "c"]), StringComparison.Ordinal);
        state[Tensor] = new WeightTensor([1, 2, 1, 1], [1, 2]);
        Assert.Equal($"m: tensor '{Tensor}' has shape [1, 2, 1, 1], expected [256, 256, 3, 3]", Refused(state));
        state.Remove(Tensor);
        Assert.Contains($"m: tensor '{Tensor}' [256, 256, 3, 3] is missing", Refused(state), StringComparison.Ordinal);
    }

    private static string Refused(WeightSet state, IReadOnlyList<string>? classes = null) => Assert.Throws<FormatException>(
        () => DetectorImport.Read(Bytes(state), "m", new() { InputSize = 128, Classes = classes })).Message;

    private static byte[] Bytes(WeightSet weights)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, weights);
        return stream.ToArray();
    }
}
