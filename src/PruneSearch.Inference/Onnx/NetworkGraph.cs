using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using static PruneSearch.Inference.Onnx.OnnxGraph;

namespace PruneSearch.Inference.Onnx;

/// <summary>Writes the layers of a network as ONNX nodes. A value has the name of the layer that computes it.</summary>
internal sealed class NetworkGraph
{
    private readonly OnnxGraph _graph;
    private readonly Network _network;
    private readonly WeightSet _folded;
    private readonly IReadOnlyDictionary<string, ConvLayer> _foldable;
    private readonly int? _batch;

    /// <param name="graph">Receives the nodes.</param>
    /// <param name="network">What to write.</param>
    /// <param name="weights">Its weights, batch norms not folded.</param>
    /// <param name="batch">Pictures a run, or free.</param>
    public NetworkGraph(OnnxGraph graph, Network network, WeightSet weights, int? batch)
    {
        _graph = graph;
        _network = network;
        _foldable = BatchNormFolding.Foldable(network);
        _folded = BatchNormFolding.Fold(network, weights);
        _batch = batch;
    }

    /// <summary>Writes everything: layers, then outputs under their names with a prefix.</summary>
    public void Write(string prefix = "")
    {
        var folded = _foldable.ToDictionary(f => f.Value.Name, f => BatchNormFolding.OwnerOf(_network, (BatchNormLayer)_network[f.Key]));
        foreach (var layer in _network.Layers)
        {
            if (layer is ConvLayer conv)
            {
                string? owner = folded.GetValueOrDefault(conv.Name);
                Convolve(conv, owner is null ? conv.Weight : owner + ".weight", owner is not null ? owner + ".bias" : conv.Bias ? conv.BiasName : null);
            }
            else
            {
                Write(layer);
            }
        }
        foreach (var output in _network.Outputs)
        {
            Collect(output, prefix + output.Name);
        }
    }

    // A folded batch norm writes no node: its readers read the convolution.
    private string Source(string layer) => _foldable.TryGetValue(layer, out var conv) ? conv.Name : layer;

    private string[] Sources(Layer layer) => [.. layer.Inputs.Select(Source)];

    private void Write(Layer layer)
    {
        string[] inputs = Sources(layer);
        switch (layer)
        {
            case InputLayer:
            case BatchNormLayer when _foldable.ContainsKey(layer.Name):
                break;
            case BatchNormLayer norm:
                string[] state = [.. ((string[])["weight", "bias", "running_mean", "running_var"]).Select(t => Tensor($"{norm.Tensors}.{t}"))];
                _graph.Node("BatchNormalization", norm.Name, [inputs[0], .. state], Attribute("epsilon", (float)norm.Epsilon));
                break;
            case ActivationLayer activation:
                Activate(activation, inputs[0]);
                break;
            case AddLayer:
                Add(layer.Name, inputs);
                break;
            case ScaleLayer:
                _graph.Node("Mul", layer.Name, inputs);
                break;
            case ConcatLayer:
                _graph.Node("Concat", layer.Name, inputs, Attribute("axis", 1));
                break;
            case UpsampleLayer:
                Enlarge(layer, inputs[0]);
                break;
            case MaxPoolLayer pool:
                _graph.Node("MaxPool", pool.Name, inputs, Attribute("kernel_shape", pool.Kernel, pool.Kernel),
                    Attribute("strides", pool.Stride, pool.Stride), Pads(pool.Padding));
                break;
            case GlobalAveragePoolLayer:
                _graph.Node("GlobalAveragePool", layer.Name, inputs);
                break;
            case SpaceToDepthLayer blocks:
                _graph.Node("SpaceToDepth", layer.Name, inputs, Attribute("blocksize", blocks.Block));
                break;
            default:
                throw new NotSupportedException($"Layer '{layer.Name}' ({layer.GetType().Name}) has no ONNX form.");
        }
    }

    private void Convolve(ConvLayer conv, string weight, string? bias) => _graph.Node(
        "Conv", conv.Name, [Source(conv.Inputs[0]), Tensor(weight), .. bias is null ? (string[])[] : [Tensor(bias)]],
        Attribute("kernel_shape", conv.Kernel, conv.Kernel), Attribute("strides", conv.Stride, conv.Stride), Pads(conv.Padding),
        Attribute("dilations", 1, 1), Attribute("group", conv.Groups));

    private void Activate(ActivationLayer layer, string input)
    {
        switch (layer.Function)
        {
            case ActivationFunction.Relu:
                _graph.Node("Relu", layer.Name, [input]);
                break;
            case ActivationFunction.Relu6:
                _graph.Node("Clip", layer.Name, [input, _graph.Scalar("relu6.min", 0), _graph.Scalar("relu6.max", 6)]);
                break;
            case ActivationFunction.Silu:
                _graph.Node("Mul", layer.Name, [input, _graph.Node("Sigmoid", layer.Name + ".sigmoid", [input])]);
                break;
            case ActivationFunction.Sigmoid:
                _graph.Node("Sigmoid", layer.Name, [input]);
                break;
            case ActivationFunction.HardSigmoid:
                _graph.Node("HardSigmoid", layer.Name, [input], Attribute("alpha", 1f / 6), Attribute("beta", 0.5f));
                break;
            default:
                throw new NotSupportedException($"Activation {layer.Function} of layer '{layer.Name}' has no ONNX form.");
        }
    }

    // Pairwise, because ONNX Runtime merges an Add of two into the convolution before it.
    private void Add(string name, string[] inputs)
    {
        string sum = inputs[0];
        for (int i = 1; i < inputs.Length; i++)
        {
            sum = _graph.Node("Add", i == inputs.Length - 1 ? name : $"{name}.{i}", [sum, inputs[i]]);
        }
    }

    private void Enlarge(Layer layer, string input)
    {
        string sizes = _batch is { } batch
            ? _graph.Constant(layer.Name + ".sizes", batch, layer.Channels.Width, layer.Height, layer.Width)
            : _graph.Node("Concat", layer.Name + ".sizes",
                [_graph.Node("Shape", layer.Name + ".batch", [input], Attribute("end", 1)),
                    _graph.Constant(layer.Name + ".size", layer.Channels.Width, layer.Height, layer.Width)],
                Attribute("axis", 0));
        _graph.Node("Resize", layer.Name, [input, "", "", sizes], Attribute("mode", "nearest"),
            Attribute("coordinate_transformation_mode", "asymmetric"), Attribute("nearest_mode", "floor"));
    }

    private void Collect(NetworkOutput output, string name)
    {
        string shape = _graph.Constant(name + ".shape", 0, -1, output.Values); // 0 keeps the batch dimension
        var heads = new List<string>();
        foreach (string head in output.Heads)
        {
            string rows = _graph.Node("Transpose", head + ".positions", [Source(head)], Attribute("perm", 0, 2, 3, 1));
            heads.Add(_graph.Node("Reshape", head + ".rows", [rows, shape]));
        }
        _graph.Node("Concat", name, heads, Attribute("axis", 1));
    }

    private string Tensor(string name) => _graph.Constant(name, _folded[name].Shape, _folded[name].Values);

    private static Schema.AttributeProto Pads(Padding padding) => Attribute("pads", padding.Top, padding.Left, padding.Bottom, padding.Right);
}
