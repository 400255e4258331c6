using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PruneSearch.Inference.Onnx;
using PruneSearch.Inference.Onnx.Schema;
using DataType = PruneSearch.Inference.Onnx.Schema.TensorProto.Types.DataType;

namespace PruneSearch.Inference.Quantisation;

/// <summary>
/// Puts QuantizeLinear and DequantizeLinear pairs into a graph: activations as unsigned bytes, weights as signed bytes with
/// a scale for each output channel, biases as 32-bit integers. An engine runs what stands between the pairs on integers.
/// </summary>
internal sealed class QdqRewriter
{
    private const float LargestBias = 1 << 30; // half of what 32 bits hold: the products are added to it

    private readonly GraphProto _source;
    private readonly OnnxGraph _target;
    private readonly Dictionary<string, TensorProto> _constants;
    private readonly QuantisedValues _values;
    private readonly Dictionary<string, float> _smallestInputScales = []; // by weight: several convolutions may share one
    private readonly Dictionary<string, (string Value, float[] Scales)> _weights = [];
    private readonly Dictionary<(string Bias, float InputScale), string> _biases = [];

    public QdqRewriter(GraphProto source, QuantisedValues values)
    {
        _source = source;
        _values = values;
        _target = new OnnxGraph(source.Name);
        _constants = source.Initializer.ToDictionary(t => t.Name);
    }

    public OnnxGraph Rewrite(IReadOnlyDictionary<string, (float Low, float High)> ranges, int weightBits)
    {
        var quantised = _values.Convolutions.ToHashSet();
        var kept = _source.Node.Where(n => !quantised.Contains(n)).SelectMany(n => n.Input).ToHashSet();
        _target.Proto.Input.AddRange(_source.Input);
        _target.Proto.Output.AddRange(_source.Output);
        _target.Proto.Initializer.AddRange(_source.Initializer.Where(t => kept.Contains(t.Name)));
        var scales = ranges.ToDictionary(r => r.Key, r => Scale(r.Value));
        foreach (var conv in _values.Convolutions)
        {
            float scale = scales[conv.Input[0]].Scale;
            _smallestInputScales[conv.Input[1]] = Math.Min(scale, _smallestInputScales.GetValueOrDefault(conv.Input[1], scale));
        }
        foreach (string input in _source.Input.Select(i => i.Name).Where(scales.ContainsKey))
        {
            AddPair(input, scales[input]);
        }
        foreach (var node in _source.Node)
        {
            var copy = node.Clone();
            for (int i = 0; i < copy.Input.Count; i++)
            {
                copy.Input[i] = scales.ContainsKey(copy.Input[i]) ? Bytes(copy.Input[i]) : copy.Input[i];
            }
            if (quantised.Contains(node))
            {
                AddWeights(copy, scales[node.Input[0]].Scale, weightBits);
            }
            _target.Proto.Node.Add(copy);
            foreach (string output in node.Output.Where(scales.ContainsKey))
            {
                AddPair(output, scales[output]);
            }
        }
        return _target;
    }

    private static string Bytes(string activation) => activation + ".dequantised";

    private static (float Scale, byte Zero) Scale((float Low, float High) range)
    {
        float scale = (float)(Math.Max((double)range.High - range.Low, 1e-6) / byte.MaxValue); // the difference of two floats may be beyond a float
        return (scale, (byte)Math.Clamp(MathF.Round(-range.Low / scale), 0, byte.MaxValue));
    }

    private void AddPair(string value, (float Scale, byte Zero) numbers)
    {
        string scale = _target.Scalar(value + ".scale", numbers.Scale), zero = _target.Constant(value + ".zero", DataType.Uint8, [], [numbers.Zero]);
        string bytes = _target.Node("QuantizeLinear", value + ".quantised", [value, scale, zero]);
        _target.Node("DequantizeLinear", Bytes(value), [bytes, scale, zero]);
    }

    private void AddWeights(NodeProto conv, float inputScale, int bits)
    {
        var bias = conv.Input.Count > 2 ? _constants[conv.Input[2]] : null;
        if (!_weights.TryGetValue(conv.Input[1], out var weight))
        {
            _weights[conv.Input[1]] = weight = AddWeight(_constants[conv.Input[1]], bias, bits);
        }
        conv.Input[1] = weight.Value;
        if (bias is null)
        {
            return;
        }
        if (!_biases.TryGetValue((bias.Name, inputScale), out string? value)) // levels that share it have inputs of different scales
        {
            string name = _biases.Keys.Any(k => k.Bias == bias.Name) ? $"{bias.Name}@{conv.Name}" : bias.Name;
            _biases[(bias.Name, inputScale)] = value = AddBias(bias, name, [.. weight.Scales.Select(s => s * inputScale)]);
        }
        conv.Input[2] = value;
    }

    private (string Value, float[] Scales) AddWeight(TensorProto weight, TensorProto? bias, int bits)
    {
        float[] values = Floats(weight);
        int channels = (int)weight.Dims[0], perChannel = values.Length / channels, most = (1 << (bits - 1)) - 1;
        float[] biases = bias is null ? new float[channels] : Floats(bias);
        float[] scales = new float[channels];
        byte[] bytes = new byte[values.Length];
        for (int c = 0; c < channels; c++)
        {
            var kernel = values.AsSpan(c * perChannel, perChannel);
            float largest = 0;
            foreach (float value in kernel)
            {
                largest = Math.Max(largest, Math.Abs(value));
            }
            // A channel that died in training has weights near zero and a bias that is not: its scale must leave room for the bias.
            scales[c] = Math.Max(Math.Max(largest, 1e-8f) / most, Math.Abs(biases[c]) / (_smallestInputScales[weight.Name] * LargestBias));
            for (int i = 0; i < perChannel; i++)
            {
                bytes[c * perChannel + i] = (byte)(sbyte)Math.Clamp(MathF.Round(kernel[i] / scales[c]), -most, most);
            }
        }
        int[] shape = [.. weight.Dims.Select(d => (int)d)];
        string integers = _target.Constant(weight.Name, DataType.Int8, shape, bytes);
        return (Dequantise(weight.Name, integers, scales, DataType.Int8, new byte[channels]), scales);
    }

    // The sum of products of bytes has the scale of input times weight; the bias is added to it as it is.
    private string AddBias(TensorProto bias, string name, float[] scales)
    {
        float[] values = Floats(bias);
        byte[] raw = new byte[values.Length * sizeof(int)];
        for (int c = 0; c < values.Length; c++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(
                raw.AsSpan(c * sizeof(int)), (int)Math.Clamp(Math.Round((double)values[c] / scales[c]), int.MinValue, int.MaxValue));
        }
        return Dequantise(name, _target.Constant(name, DataType.Int32, [values.Length], raw), scales, DataType.Int32, new byte[raw.Length]);
    }

    private string Dequantise(string name, string integers, float[] scales, DataType type, byte[] zeros)
    {
        string scale = _target.Constant(name + ".scale", [scales.Length], scales), zero = _target.Constant(name + ".zero", type, [scales.Length], zeros);
        return _target.Node("DequantizeLinear", Bytes(name), [integers, scale, zero], OnnxGraph.Attribute("axis", 0));
    }

    private static float[] Floats(TensorProto tensor) => MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
}
