using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Benchmarks.Verbs;

/// <summary>
/// Writes a detector as a list of layers with random weights, for <c>bench/network_from_layers.py</c>, which builds the same network of
/// PyTorch's own layers, and as the ONNX file that PruneSearch makes of it.
/// </summary>
internal static class LayersVerb
{
    public static Command Create()
    {
        var name = new Argument<string>("NETWORK") { Description = "yolox-nano or retinanet-mobilenet" };
        var folder = new Argument<string>("FOLDER") { Description = "Receives layers.json, weights.safetensors and network.onnx" };
        var command = new Command("layers", "A detector for PyTorch and for ONNX Runtime") { name, folder };
        command.SetAction(p => Run(p.GetValue(name)!, p.GetValue(folder)!));
        return command;
    }

    private static int Run(string name, string folder)
    {
        Directory.CreateDirectory(folder);
        var model = BenchmarkNetwork.Build(name);
        var weights = RandomWeights.For(model, seed: 1);
        var list = new JsonObject
        {
            ["size"] = model.Spec.InputSize,
            ["layers"] = new JsonArray([.. model.Network.Layers.Select(Describe)]),
            ["outputs"] = new JsonArray([.. model.Network.Outputs.Select(Describe)]),
        };
        File.WriteAllText(Path.Combine(folder, "layers.json"), list.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        using (var file = File.Create(Path.Combine(folder, "weights.safetensors")))
        {
            Safetensors.Write(file, weights);
        }
        File.WriteAllBytes(Path.Combine(folder, "network.onnx"), OnnxExport.ToBytes(model, weights));
        Console.WriteLine($"{name}: {model.Network.Layers.Count} layers, {model.Network.Parameters:N0} parameters, {model.Network.Macs:N0} MACs");
        return 0;
    }

    private static JsonObject Describe(NetworkOutput output) => new() { ["name"] = output.Name, ["heads"] = Names(output.Heads), ["values"] = output.Values };

    private static JsonObject Describe(Layer layer)
    {
        var described = new JsonObject { ["name"] = layer.Name, ["kind"] = layer.GetType().Name, ["inputs"] = Names(layer.Inputs) };
        (string Name, JsonNode? Value)[] more = layer switch
        {
            ConvLayer c =>
            [
                ("in", c.InputChannels.Width), ("out", c.Channels.Width), ("kernel", c.Kernel), ("stride", c.Stride),
                ("padding", Symmetric(c.Padding)), ("groups", c.Groups), ("bias", c.Bias), ("of", c.WeightsOf ?? c.Name),
            ],
            BatchNormLayer n => [("channels", n.Channels.Width), ("epsilon", n.Epsilon), ("of", n.Tensors)],
            ActivationLayer a => [("function", a.Function.ToString())],
            UpsampleLayer u => [("height", u.Height), ("width", u.Width)],
            MaxPoolLayer m => [("kernel", m.Kernel), ("stride", m.Stride), ("padding", Symmetric(m.Padding))],
            SpaceToDepthLayer s => [("block", s.Block)],
            InputLayer or AddLayer or ConcatLayer => [],
            _ => throw new NotSupportedException($"Layer '{layer.Name}' ({layer.GetType().Name}) has no PyTorch form here."),
        };
        foreach (var (key, value) in more)
        {
            described[key] = value;
        }
        return described;
    }

    private static int Symmetric(Padding padding) => padding.IsSymmetric && padding.Top == padding.Left ? padding.Top
        : throw new NotSupportedException($"{padding} is not the same on all sides.");

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(n => (JsonNode)n)]);
}
