using System.Buffers.Binary;
using Google.FlatBuffers;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Tests.Detection.Import;

/// <summary>Writes a folded detector as a TensorFlow Lite file, with a writer of FlatBuffers that is not this project's.</summary>
internal sealed class TfliteFile
{
    private const byte Float32 = 0, Float16 = 1, Int32 = 2, Int8 = 9;
    private const int Add = 0, Concatenation = 2, Conv = 3, Depthwise = 4, Dequantize = 6, Logistic = 14, Reshape = 22, Custom = 32;

    private readonly FlatBufferBuilder _builder = new(1 << 16);
    private readonly Options _options;
    private readonly List<int> _buffers = [], _tensors = [], _operators = [];
    private readonly List<int> _codes = [];
    private readonly Dictionary<string, int> _maps = []; // layer to tensor

    private TfliteFile(Options options)
    {
        _options = options;
        _buffers.Add(Table(1)); // buffer 0 is empty by convention
    }

    public enum Numbers
    {
        Float32,
        Float16,
        Int8,
    }

    /// <summary>How the file is written.</summary>
    internal sealed record Options
    {
        public Numbers Numbers { get; init; }

        /// <summary>Ends in TFLite_Detection_PostProcess.</summary>
        public bool PostProcessing { get; init; }

        /// <summary>Class outputs before boxes.</summary>
        public bool ClassesFirst { get; init; }

        /// <summary>Only the layers up to this one, and the heads of the first level.</summary>
        public string? Last { get; init; }
    }

    public static byte[] Write(DetectorModel model, WeightSet weights, Options? options = null) =>
        new TfliteFile(options ?? new Options()).Write(model.Network, weights);

    private byte[] Write(Network network, WeightSet weights)
    {
        bool beyond = false;
        foreach (var layer in network.Layers)
        {
            if (!beyond || layer.Name.StartsWith("BoxPredictor_0.", StringComparison.Ordinal))
            {
                Layer(network, layer, weights);
            }
            beyond |= layer.Name == _options.Last;
        }
        int boxes = Output(network, DetectorModel.BoxesOutput, "raw_outputs/box_encodings");
        int classes = Output(network, DetectorModel.ClassesOutput, "raw_outputs/class_predictions");
        if (_options.PostProcessing)
        {
            int scores = Tensor("scores", [1, 1, network.Outputs.Single(o => o.Name == DetectorModel.ClassesOutput).Values]);
            Operator(Logistic, [classes], [scores]);
            int anchors = Constant("anchors", [1, 4], Float32, new byte[16]);
            (boxes, classes) = (Tensor("TFLite_Detection_PostProcess", [1, 10, 4]), scores);
            Operator(Custom, [_boxes, scores, anchors], [boxes, Tensor("TFLite_Detection_PostProcess:1", [1, 10])]);
        }
        int[] ends = _options.ClassesFirst ? [classes, boxes] : [boxes, classes];
        int graph = Table(4, (0, Vector(_tensors)), (1, Numbers32([_maps[DetectorModel.ImageInput]])), (2, Numbers32(ends)), (3, Vector(_operators)));
        int codes = Vector([.. _codes.Select(c =>
        {
            int custom = c == Custom ? _builder.CreateString("TFLite_Detection_PostProcess").Value : 0;
            _builder.StartTable(4);
            _builder.AddByte(0, (byte)c, 0);
            _builder.AddOffset(1, custom, 0);
            return _builder.EndTable();
        })]);
        int graphs = Vector([graph]), buffers = Vector(_buffers);
        _builder.StartTable(5);
        _builder.AddInt(0, 3, 0);
        _builder.AddOffset(1, codes, 0);
        _builder.AddOffset(2, graphs, 0);
        _builder.AddOffset(4, buffers, 0);
        _builder.Finish(_builder.EndTable(), "TFL3");
        return _builder.SizedByteArray();
    }

    private int _boxes;

    private int Output(Network network, string name, string tensor)
    {
        var output = network.Outputs.Single(o => o.Name == name);
        var parts = new List<int>();
        foreach (string head in output.Heads.Where(_maps.ContainsKey))
        {
            parts.Add(Tensor(head + "/Reshape", [1, -1, output.Values]));
            Operator(Reshape, [_maps[head], Constant("shape", [3], Int32, new byte[12])], [parts[^1]]);
        }
        int end = Tensor(tensor, [1, 7, output.Values]);
        Operator(Concatenation, [.. parts], [end]);
        _boxes = name == DetectorModel.BoxesOutput ? end : _boxes;
        return end;
    }

    private void Layer(Network network, Layer layer, WeightSet weights)
    {
        switch (layer)
        {
            case InputLayer:
                _maps[layer.Name] = Tensor("normalized_input_image_tensor", [1, layer.Height, layer.Width, 3]);
                break;
            case ConvLayer conv:
                Convolution(network, conv, weights);
                break;
            case AddLayer:
                _maps[layer.Name] = Tensor(layer.Name, [1, layer.Height, layer.Width, layer.Channels.Width]);
                Operator(Add, [.. layer.Inputs.Select(i => _maps[i])], [_maps[layer.Name]], Options1(0));
                break;
            case ActivationLayer:
                _maps[layer.Name] = _maps[layer.Inputs[0]]; // fused into the convolution
                break;
            default:
                throw new NotSupportedException(layer.GetType().Name);
        }
    }

    private void Convolution(Network network, ConvLayer conv, WeightSet weights)
    {
        var kernel = weights[conv.Weight];
        int[] shape = conv.Depthwise ? [1, kernel.Shape[2], kernel.Shape[3], kernel.Shape[0]]
            : [kernel.Shape[0], kernel.Shape[2], kernel.Shape[3], kernel.Shape[1]];
        int weight = Weights(conv.Weight, shape, Nhwc(kernel, conv.Depthwise), conv.Depthwise ? 3 : 0);
        int bias = Weights(conv.BiasName, [kernel.Shape[0]], weights[conv.BiasName].Values, 0);
        bool fused = network.Layers.OfType<ActivationLayer>().Any(a => a.Inputs[0] == conv.Name);
        _maps[conv.Name] = Tensor(conv.Name, [1, conv.Height, conv.Width, conv.Channels.Width]);
        _builder.StartTable(7);
        _builder.AddInt(1, conv.Stride, 0);
        _builder.AddInt(2, conv.Stride, 0);
        _builder.AddByte(conv.Depthwise ? 4 : 3, (byte)(fused ? 3 : 0), 0);
        int options = _builder.EndTable();
        Operator(conv.Depthwise ? Depthwise : Conv, [_maps[conv.Inputs[0]], weight, bias], [_maps[conv.Name]], options);
    }

    private int Weights(string name, int[] shape, float[] values, int dimension)
    {
        switch (_options.Numbers)
        {
            case Numbers.Float32:
                return Constant(name, shape, Float32, Bytes(values, 4, (v, at) => BinaryPrimitives.WriteSingleLittleEndian(at, v)));
            case Numbers.Float16:
                int half = Constant(name, shape, Float16, Bytes(values, 2, (v, at) => BinaryPrimitives.WriteHalfLittleEndian(at, (Half)v)));
                int whole = Tensor(name + "_dequantize", shape);
                Operator(Dequantize, [half], [whole]);
                return whole;
            default:
                // Each channel has a scale of its own; zero points are not all zero.
                int channels = shape[dimension], inner = shape.Skip(dimension + 1).Aggregate(1, (n, d) => n * d);
                float[] scales = new float[channels];
                for (int i = 0; i < values.Length; i++)
                {
                    scales[i / inner % channels] = Math.Max(scales[i / inner % channels], Math.Max(Math.Abs(values[i]), 1e-6f) / 100);
                }
                byte[] stored = [.. values.Select((v, i) => (byte)(sbyte)(MathF.Round(v / scales[i / inner % channels]) + 3))];
                return Constant(name, shape, Int8, stored, scales, [.. Enumerable.Repeat(3L, channels)], dimension);
        }
    }

    private static float[] Nhwc(WeightTensor kernel, bool depthwise)
    {
        int outputs = kernel.Shape[0], inputs = kernel.Shape[1], area = kernel.Shape[2] * kernel.Shape[3];
        float[] result = new float[kernel.Values.Length];
        for (int i = 0; i < result.Length; i++)
        {
            int o = i / (inputs * area), input = i / area % inputs, p = i % area;
            result[depthwise ? p * outputs + o : (o * area + p) * inputs + input] = kernel.Values[i];
        }
        return result;
    }

    private static byte[] Bytes(float[] values, int size, Action<float, Span<byte>> write)
    {
        byte[] bytes = new byte[values.Length * size];
        for (int i = 0; i < values.Length; i++)
        {
            write(values[i], bytes.AsSpan(i * size, size));
        }
        return bytes;
    }

    private int Constant(string name, int[] shape, byte type, byte[] data, float[]? scales = null, long[]? zeros = null, int dimension = 0)
    {
        _builder.StartVector(1, data.Length, 4);
        _builder.Add(data);
        int content = _builder.EndVector().Value;
        _buffers.Add(Table(1, (0, content)));
        return Tensor(name, shape, type, _buffers.Count - 1, scales, zeros, dimension);
    }

    private int Tensor(string name, int[] shape, byte type = Float32, int buffer = 0, float[]? scales = null, long[]? zeros = null, int dimension = 0)
    {
        int text = _builder.CreateString(name).Value, dimensions = Numbers32([.. shape.Select(Math.Abs)]), quantization = 0;
        if (scales is not null)
        {
            int scale = Numbers32([.. scales.Select(BitConverter.SingleToInt32Bits)]);
            _builder.StartVector(8, zeros!.Length, 8);
            foreach (long zero in zeros.Reverse())
            {
                _builder.AddLong(zero);
            }
            int zero64 = _builder.EndVector().Value;
            _builder.StartTable(7);
            _builder.AddOffset(2, scale, 0);
            _builder.AddOffset(3, zero64, 0);
            _builder.AddInt(6, dimension, 0);
            quantization = _builder.EndTable();
        }
        _builder.StartTable(5);
        _builder.AddOffset(0, dimensions, 0);
        _builder.AddByte(1, type, 0);
        _builder.AddInt(2, buffer, 0);
        _builder.AddOffset(3, text, 0);
        _builder.AddOffset(4, quantization, 0);
        _tensors.Add(_builder.EndTable());
        return _tensors.Count - 1;
    }

    private void Operator(int code, int[] inputs, int[] outputs, int options = 0)
    {
        if (!_codes.Contains(code))
        {
            _codes.Add(code);
        }
        int from = Numbers32(inputs), to = Numbers32(outputs);
        _builder.StartTable(5);
        _builder.AddInt(0, _codes.IndexOf(code), 0);
        _builder.AddOffset(1, from, 0);
        _builder.AddOffset(2, to, 0);
        _builder.AddOffset(4, options, 0);
        _operators.Add(_builder.EndTable());
    }

    private int Options1(byte activation)
    {
        _builder.StartTable(1);
        _builder.AddByte(0, activation, 0);
        return _builder.EndTable();
    }

    private int Table(int fields, params (int Field, int Offset)[] offsets)
    {
        _builder.StartTable(fields);
        foreach (var (field, offset) in offsets)
        {
            _builder.AddOffset(field, offset, 0);
        }
        return _builder.EndTable();
    }

    private int Vector(List<int> offsets)
    {
        _builder.StartVector(4, offsets.Count, 4);
        foreach (int offset in Enumerable.Reverse(offsets))
        {
            _builder.AddOffset(offset);
        }
        return _builder.EndVector().Value;
    }

    private int Numbers32(int[] values)
    {
        _builder.StartVector(4, values.Length, 4);
        for (int i = values.Length - 1; i >= 0; i--)
        {
            _builder.AddInt(values[i]);
        }
        return _builder.EndVector().Value;
    }
}
