using System.Runtime.InteropServices;
using Google.Protobuf;
using PruneSearch.Core;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import.PyTorch;
using PruneSearch.Inference.Onnx.Schema;

namespace PruneSearch.Detection.Import.Onnx;

/// <summary>
/// Takes the weights out of an exported ONNX graph. Exporting folds batch norms and loses the names of their convolutions; what
/// is left is the order in which they are computed, which is that of the family's layers.
/// </summary>
internal static class OnnxImport
{
    private const byte IrVersionField = 0x08;
    private const int Float = 1;

    /// <summary>Whether a file looks like an ONNX model. (Safetensors can begin with the same byte, but have JSON after eight.)</summary>
    public static bool Knows(ReadOnlySpan<byte> content) => content.Length > 9 && content[0] == IrVersionField && content[8] != '{';

    /// <exception cref="FormatException">It is damaged or the graph of another network; the message names the convolution, its shape and the expected
    /// one.</exception>
    public static ImportedDetector Read(byte[] content, string source, ImportOptions options)
    {
        var graph = Parse(content, source);
        if (graph.Node.Any(n => n.OpType == "BatchNormalization"))
        {
            throw new FormatException($"{source}: the graph has batch norms, expected them folded, as exporting does it after model.eval()");
        }
        var convolutions = Convolutions(graph, source);
        var (names, model) = Nearest(convolutions, source, options);
        var layers = model.Network.Layers.OfType<ConvLayer>().ToList();
        var tensors = new WeightSet();
        for (int i = 0; i < layers.Count; i++)
        {
            var (conv, (node, weight, bias)) = (layers[i], convolutions[i]);
            int[] shape = [.. model.Network.Tensors.First(t => t.Name == conv.Weight).Shape];
            if (!weight.Shape.SequenceEqual(shape) || bias.Shape is not [var count] || count != shape[0])
            {
                throw new FormatException(
                    $"{source}: convolution {i + 1}, '{ErrorText.OneLine(node)}', has weights {Text(weight.Shape)} and biases {Text(bias.Shape)}, expected " +
                    $"{Text(shape)} and [{shape[0]}] for '{conv.Name}'");
            }
            tensors.Add(names.Of(conv.Weight)!, weight);
            tensors.Add(names.Of(conv.BiasName)!, bias);
        }
        var size = graph.Input.FirstOrDefault()?.Type?.TensorType?.Shape?.Dim;
        int? edge = size is [_, _, { DimValue: >= 32 and <= 4096 } height, { } width] && height.DimValue == width.DimValue ? (int)height.DimValue : null;
        return StateDictImport.For(tensors, source, options with { InputSize = options.InputSize ?? edge })!.Read("ONNX");
    }

    private static GraphProto Parse(byte[] content, string source)
    {
        try
        {
            var graph = ModelProto.Parser.WithDiscardUnknownFields(true).ParseFrom(content).Graph;
            return graph?.Node.Count > 0 ? graph : throw new FormatException($"{source}: no ONNX model: {content.Length} bytes hold no graph");
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new FormatException(ErrorText.OneLine($"{source}: no ONNX model, or it was cut short or damaged: {e.Message}"), e);
        }
    }

    private static List<(string Node, WeightTensor Weight, WeightTensor Bias)> Convolutions(GraphProto graph, string source)
    {
        var constants = graph.Initializer.GroupBy(t => t.Name).ToDictionary(g => g.Key, g => g.First());
        WeightTensor Read(NodeProto node, int input)
        {
            string name = node.Input.Count > input ? node.Input[input] : "";
            return constants.TryGetValue(name, out var tensor) ? Values(tensor, source)
                : throw new FormatException($"{source}: convolution '{ErrorText.OneLine(node.Name)}' has no constant {(input == 1 ? "weights" : "biases")}, " +
                    "expected a network with batch norms folded");
        }
        var found = graph.Node.Where(n => n.OpType == "Conv").Select(n => (Node: n.Name, Weight: Read(n, 1), Bias: Read(n, 2))).ToList();
        return found.FirstOrDefault(c => c.Weight.Shape.Count != 4) is { Weight: { } odd, Node: { } node }
            ? throw new FormatException($"{source}: convolution '{ErrorText.OneLine(node)}' has weights {Text(odd.Shape)}, expected four dimensions") : found;
    }

    private static WeightTensor Values(TensorProto tensor, string source)
    {
        string place = $"{source}: initializer '{ErrorText.OneLine(tensor.Name)}'";
        float[] values = tensor.FloatData.Count > 0 ? [.. tensor.FloatData] : MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
        return tensor.DataType != Float ? throw new FormatException($"{place} has number type {tensor.DataType}, expected 32-bit floats ({Float})")
            : tensor.Dims.Any(d => d is < 0 or > int.MaxValue) || tensor.Dims.Aggregate(1.0, (n, d) => n * d) != values.Length
                ? throw new FormatException($"{place} has {values.Length} values, expected as many as its shape [{string.Join(", ", tensor.Dims)}] says")
            : new WeightTensor([.. tensor.Dims.Select(d => (int)d)], values);
    }

    // Of the members with as many convolutions, the one with the most of these shapes.
    private static (ForeignNames Names, DetectorModel Model) Nearest(
        List<(string Node, WeightTensor Weight, WeightTensor Bias)> convolutions, string source, ImportOptions options)
    {
        var members = (
            from family in options.Families
            from names in family.Foreign
            where names.SameOrder
            from spec in family.Variants(options.Apply(names.Template))
            select (names, model: DetectorCatalog.Build(spec))).ToList();
        var best = members.Where(m => m.model.Network.Layers.OfType<ConvLayer>().Count() == convolutions.Count).Select(m =>
        {
            var layers = m.model.Network.Layers.OfType<ConvLayer>().ToList();
            int classes = convolutions[layers.IndexOf(OwnNamesImport.ClassHead(m.model))].Weight.Shape[0] - m.model.Scores.FirstClass;
            var model = classes < 1 ? m.model
                : DetectorCatalog.Build(m.model.Spec with { Classes = [.. Enumerable.Range(1, classes).Select(i => $"class-{i}")] });
            int fitting = model.Network.Layers.OfType<ConvLayer>().Zip(convolutions)
                .Count(p => model.Network.Tensors.First(t => t.Name == p.First.Weight).Shape.SequenceEqual(p.Second.Weight.Shape));
            return (m.names, model, fitting);
        }).OrderByDescending(m => m.fitting).ToList();
        return best.Count > 0 ? (best[0].names, best[0].model) : throw new FormatException(
            $"{source}: the graph has {convolutions.Count} convolutions, expected as many as a detector of " +
            $"[{string.Join(", ", options.Families.Select(f => f.Template.Architecture))}]"
            + $" has: {string.Join(", ", members.Select(m => m.model.Network.Layers.OfType<ConvLayer>().Count()).Distinct().Order())}");
    }

    private static string Text(IEnumerable<int> shape) => $"[{string.Join(", ", shape)}]";
}
