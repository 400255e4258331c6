using PruneSearch.Core.Weights;

namespace PruneSearch.Tests.Detection;

/// <summary>A state dict with the names and order of torchvision's RetinaNet on MobileNet-V2 or a ResNet, and weights from a formula.</summary>
internal static class RetinaNetFormula
{
    private const int Width = 256, Anchors = 9;

    /// <summary>The state dict, which torchvision was given too.</summary>
    /// <param name="backbone"><c>mobilenet_v2</c>, <c>resnet18</c> or <c>resnet50</c>.</param>
    /// <param name="classOutputs">Outputs of the class predictor for each anchor.</param>
    public static WeightSet StateDict(string backbone, int classOutputs = 21)
    {
        var state = new WeightSet();
        var (body, features) = backbone switch
        {
            "resnet18" => (ResNet([2, 2, 2, 2], bottlenecks: false), new[] { 128, 256, 512 }),
            "resnet50" => (ResNet([3, 4, 6, 3], bottlenecks: true), new[] { 512, 1024, 2048 }),
            _ => (MobileNetV2(), new[] { 32, 96, 1280 }),
        };
        var tensors = body.Concat(Rest(features, classOutputs));
        foreach (var (name, shape) in tensors)
        {
            state.Add(name, new WeightTensor(shape, Values(name, state.Count, shape)));
        }
        return state;
    }

    private static float[] Values(string name, int number, int[] shape)
    {
        int count = shape.Aggregate(1, (n, d) => n * d), fan = shape.Skip(1).Aggregate(1, (n, d) => n * d);
        bool gain = name.EndsWith("weight", StringComparison.Ordinal);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            double s = Math.Sin(0.7 * i + number);
            values[i] = (float)(name.EndsWith("running_var", StringComparison.Ordinal) ? 1 + 0.1 * s
                : name.EndsWith("running_mean", StringComparison.Ordinal) ? 0.05 * s
                : shape.Length == 1 ? gain ? 1 + 0.1 * s : 0.02 * s
                : s * Math.Sqrt(2.0 / fan));
        }
        return values;
    }

    private static List<(string Name, int[] Shape)> MobileNetV2()
    {
        (int Expansion, int Channels, int Repeats)[] stages = [(1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4), (6, 96, 3), (6, 160, 3), (6, 320, 1)];
        var all = Unit("0.0", "0.1", 32, 3, 3).ToList();
        int input = 32, block = 1;
        foreach (var (expansion, channels, repeats) in stages)
        {
            for (int i = 0; i < repeats; i++, block++)
            {
                int hidden = input * expansion, at = 0;
                string conv = $"{block}.conv.";
                if (expansion > 1)
                {
                    all.AddRange(Unit($"{conv}{at}.0", $"{conv}{at++}.1", hidden, input, 1));
                }
                all.AddRange(Unit($"{conv}{at}.0", $"{conv}{at++}.1", hidden, 1, 3));
                all.AddRange(Unit($"{conv}{at}", $"{conv}{at + 1}", channels, hidden, 1));
                input = channels;
            }
        }
        all.AddRange(Unit("18.0", "18.1", 1280, 320, 1));
        return all;
    }

    private static List<(string Name, int[] Shape)> ResNet(int[] repeats, bool bottlenecks)
    {
        var all = Unit("conv1", "bn1", 64, 3, 7).ToList();
        int input = 64;
        for (int stage = 0; stage < repeats.Length; stage++)
        {
            int hidden = 64 << stage, output = bottlenecks ? 4 * hidden : hidden;
            for (int i = 0; i < repeats[stage]; i++)
            {
                string block = $"layer{stage + 1}.{i}.";
                all.AddRange(Unit(block + "conv1", block + "bn1", hidden, input, bottlenecks ? 1 : 3));
                all.AddRange(Unit(block + "conv2", block + "bn2", hidden, hidden, 3));
                if (bottlenecks)
                {
                    all.AddRange(Unit(block + "conv3", block + "bn3", output, hidden, 1));
                }
                if (input != output)
                {
                    all.AddRange(Unit(block + "downsample.0", block + "downsample.1", output, input, 1));
                }
                input = output;
            }
        }
        return all;
    }

    private static IEnumerable<(string Name, int[] Shape)> Unit(string conv, string norm, int outputs, int inputs, int kernel)
    {
        yield return ($"backbone.body.{conv}.weight", [outputs, inputs, kernel, kernel]);
        foreach (string part in (string[])["weight", "bias", "running_mean", "running_var"])
        {
            yield return ($"backbone.body.{norm}.{part}", [outputs]);
        }
    }

    private static IEnumerable<(string Name, int[] Shape)> Rest(int[] features, int classOutputs)
    {
        var convs = new List<(string Name, int Outputs, int Inputs, int Kernel)>();
        convs.AddRange(features.Select((channels, i) => ($"backbone.fpn.inner_blocks.{i}.0", Width, channels, 1)));
        convs.AddRange(features.Select((_, i) => ($"backbone.fpn.layer_blocks.{i}.0", Width, Width, 3)));
        convs.AddRange([("backbone.fpn.extra_blocks.p6", Width, Width, 3), ("backbone.fpn.extra_blocks.p7", Width, Width, 3)]);
        (string, string, int)[] heads = [("classification_head", "cls_logits", Anchors * classOutputs), ("regression_head", "bbox_reg", Anchors * 4)];
        foreach (var (head, prediction, outputs) in heads)
        {
            convs.AddRange(Enumerable.Range(0, 4).Select(i => ($"head.{head}.conv.{i}.0", Width, Width, 3)));
            convs.Add(($"head.{head}.{prediction}", outputs, Width, 3));
        }
        return convs.SelectMany(c => ((string, int[])[])[($"{c.Name}.weight", [c.Outputs, c.Inputs, c.Kernel, c.Kernel]), ($"{c.Name}.bias", [c.Outputs])]);
    }
}
