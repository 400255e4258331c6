using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Detection.Import.Tflite;

/// <summary>
/// Walks a TensorFlow Lite graph and a network side by side and takes the weights of each convolution over. Names in such
/// files say little (converters fuse and shorten them), so a convolution is known by what it reads, what it reaches and
/// its shape.
/// </summary>
internal sealed class GraphMatch
{
    private readonly TfliteModel _file;
    private readonly Network _network;
    private readonly DetectorOutputs _ends;
    private readonly Reach _reach;
    private readonly Dictionary<int, string> _layers = []; // tensor to the layer that computes it
    private readonly Dictionary<int, int> _constants = []; // result of a DEQUANTIZE to the constant behind it
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    private GraphMatch(TfliteModel file, DetectorOutputs ends, Network network)
    {
        _file = file;
        _network = network;
        _ends = ends;
        _reach = new Reach(ends, network);
        _layers[file.Inputs[0]] = DetectorModel.ImageInput;
    }

    public int Matched => _taken.Count;

    public WeightSet Weights { get; } = [];

    /// <summary>Why it does not fit; <see langword="null"/> when it does.</summary>
    public string? Failure { get; private set; }

    public static GraphMatch Run(TfliteModel file, DetectorOutputs ends, Network network)
    {
        var match = new GraphMatch(file, ends, network);
        try
        {
            match.Walk();
        }
        catch (FormatException e)
        {
            match.Failure = e.Message;
        }
        return match;
    }

    private void Walk()
    {
        foreach (var operation in _file.Operators)
        {
            if (operation.Outputs.Count == 0 || operation.Outputs[0] < 0 || operation.Inputs.Count == 0)
            {
                throw Wrong($"an operation of kind {operation.Kind} has no input or no output");
            }
            if (operation.Code == TfliteOperator.Dequantize && operation.Inputs[0] >= 0 && !_layers.ContainsKey(operation.Inputs[0]))
            {
                _constants[operation.Outputs[0]] = operation.Inputs[0];
            }
            else if (operation.IsConvolution)
            {
                Convolution(operation);
            }
            else if (operation.Code is TfliteOperator.Add or TfliteOperator.Relu6 or TfliteOperator.Dequantize)
            {
                Pointwise(operation);
            }
            else if (!_ends.IsTail(operation))
            {
                throw Wrong($"operation {operation.Kind} that makes tensor '{_file.Tensors[operation.Outputs[0]].Name}' is no part of such a detector");
            }
        }
        foreach (var layer in _network.Layers.OfType<ConvLayer>().Where(l => !_taken.Contains(l.Name)))
        {
            throw Wrong($"there is no convolution for layer '{layer.Name}', expected weights " +
                $"{Text(_network.Tensors.First(t => t.Name == layer.Weight).Shape)}");
        }
        RequireLevelOrder(_ends.Boxes, DetectorModel.BoxesOutput);
        RequireLevelOrder(_ends.Classes, DetectorModel.ClassesOutput);
    }

    private void Convolution(TfliteOperator operation)
    {
        bool depthwise = operation.Code == TfliteOperator.DepthwiseConv2D;
        var weights = Constant(operation, 1);
        string what = $"tensor '{weights.Name}'";
        var shape = Oihw(weights, depthwise);
        string reads = LayerOf(operation.Inputs[0], what);
        var candidates = _network.Layers.OfType<ConvLayer>()
            .Where(l => l.Inputs[0] == reads && !_taken.Contains(l.Name) && l.Depthwise == depthwise && _reach.Of(l) == _reach.Of(operation)).ToList();
        var layer = candidates.FirstOrDefault(l => Shape(l.Weight).SequenceEqual(shape)) ?? candidates.FirstOrDefault()
            ?? throw Wrong($"{what} {Text(shape)} is one convolution more than expected after layer '{reads}'");
        if (!Shape(layer.Weight).SequenceEqual(shape))
        {
            throw Wrong($"{what} has shape {Text(shape)}, expected {Text(Shape(layer.Weight))} for layer '{layer.Name}' (output, input, rows, columns)");
        }
        var stride = (layer.Stride, layer.Stride);
        if (operation.Strides != stride || operation.Dilated || !(operation.Same || layer.Kernel == 1))
        {
            throw Wrong($"the convolution of {what} has steps " +
                $"{operation.Strides}{(operation.Dilated ? ", holes" : "")}{(operation.Same ? "" : ", no padding")}, expected steps {stride} and padding " +
                $"SAME for layer '{layer.Name}'");
        }
        _taken.Add(layer.Name);
        Weights.Add(layer.Weight, new WeightTensor(Shape(layer.Weight), Transpose(weights, depthwise)));
        if (layer.Bias)
        {
            Weights.Add(layer.BiasName, Bias(operation, layer, what));
        }
        _layers[operation.Outputs[0]] = Activated(layer.Name, operation.Activation, what);
    }

    private WeightTensor Bias(TfliteOperator operation, ConvLayer layer, string what)
    {
        var shape = Shape(layer.BiasName);
        if (operation.Inputs.Count < 3 || operation.Inputs[2] < 0)
        {
            return new WeightTensor(shape, new float[shape[0]]);
        }
        var bias = Constant(operation, 2);
        return bias.Shape.SequenceEqual(shape) ? new WeightTensor(shape, bias.ToFloats(_file.Source))
            : throw Wrong($"tensor '{bias.Name}' has shape {Text(bias.Shape)}, expected {Text(shape)}: the bias beside {what}");
    }

    // Sums and activations; a DEQUANTIZE of a feature map changes nothing.
    private void Pointwise(TfliteOperator operation)
    {
        string what = $"tensor '{_file.Tensors[operation.Outputs[0]].Name}'";
        string[] inputs = [.. operation.Inputs.Select(i => LayerOf(i, what))];
        if (operation.Code != TfliteOperator.Add)
        {
            _layers[operation.Outputs[0]] = operation.Code == TfliteOperator.Relu6 ? Activated(inputs[0], TfliteOperator.FusedRelu6, what) : inputs[0];
            return;
        }
        var sum = _network.Layers.OfType<AddLayer>().FirstOrDefault(l => l.Inputs.Order().SequenceEqual(inputs.Order()))
            ?? throw Wrong($"{what} is the sum of {string.Join(" and ", inputs)}, expected no such sum");
        _layers[operation.Outputs[0]] = Activated(sum.Name, operation.Activation, what);
    }

    // The layer that holds a result after its activation, if it has one.
    private string Activated(string layer, int activation, string what)
    {
        var expected = _network.Layers.OfType<ActivationLayer>().FirstOrDefault(l => l.Inputs[0] == layer);
        return activation switch
        {
            0 => layer, // a RELU6 of its own may follow
            TfliteOperator.FusedRelu6 when expected is { Function: ActivationFunction.Relu6 } => expected.Name,
            _ => throw Wrong($"the result of {what} goes through activation {activation}, expected " +
                $"{(expected is null ? "none" : $"{TfliteOperator.FusedRelu6} (RELU6)")} after layer '{layer}'"),
        };
    }

    private void RequireLevelOrder(int end, string output)
    {
        string[] heads = [.. _ends.Sources(end).Select(t => _layers.GetValueOrDefault(t, ""))];
        string[] expected = [.. _network.Outputs.Single(o => o.Name == output).Heads];
        if (!heads.SequenceEqual(expected))
        {
            throw Wrong($"output '{_file.Tensors[end].Name}' is put together from {string.Join(", ", heads)}, expected {string.Join(", ", expected)}");
        }
    }

    private string LayerOf(int tensor, string what) => _layers.TryGetValue(tensor, out string? layer) ? layer
        : throw Wrong($"{what} is computed from tensor '{(tensor < 0 ? "none" : _file.Tensors[tensor].Name)}', expected a feature map of such a detector");

    private TfliteTensor Constant(TfliteOperator operation, int input)
    {
        int index = operation.Inputs.Count > input ? operation.Inputs[input] : -1;
        var tensor = index < 0 ? null : _file.Tensors[_constants.GetValueOrDefault(index, index)];
        return tensor is { Data.Length: > 0 } ? tensor
            : throw Wrong($"input {input} of the {operation.Kind} that makes tensor '{_file.Tensors[operation.Outputs[0]].Name}' is no constant");
    }

    private IReadOnlyList<int> Shape(string tensor) => _network.Tensors.First(t => t.Name == tensor).Shape;

    private int[] Oihw(TfliteTensor tensor, bool depthwise) => tensor.Shape switch
    {
        [var o, var h, var w, var i] when !depthwise => [o, i, h, w],
        [1, var h, var w, var c] when depthwise => [c, 1, h, w],
        _ => throw Wrong($"tensor '{tensor.Name}' has shape {Text(tensor.Shape)}, expected " +
            $"[{(depthwise ? "1, rows, columns, channels" : "output, rows, columns, input")}]"),
    };

    // [O, H, W, I] or [1, H, W, C] to [O, I, H, W] or [C, 1, H, W].
    private float[] Transpose(TfliteTensor tensor, bool depthwise)
    {
        float[] values = tensor.ToFloats(_file.Source), result = new float[values.Length];
        int outputs = depthwise ? tensor.Shape[3] : tensor.Shape[0], inputs = depthwise ? 1 : tensor.Shape[3], area = tensor.Shape[1] * tensor.Shape[2];
        int to = 0;
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                for (int p = 0; p < area; p++)
                {
                    result[to++] = depthwise ? values[p * outputs + o] : values[(o * area + p) * inputs + i];
                }
            }
        }
        return result;
    }

    private FormatException Wrong(string message) => new($"{_file.Source}: {message}");

    private static string Text(IReadOnlyList<int> shape) => $"[{string.Join(", ", shape)}]";
}
