using System.Buffers.Binary;
using Google.Protobuf;
using PruneSearch.Inference.Onnx.Schema;
using DataType = PruneSearch.Inference.Onnx.Schema.TensorProto.Types.DataType;

namespace PruneSearch.Inference.Onnx;

/// <summary>Puts an ONNX graph together: nodes in execution order, constants as initialisers.</summary>
internal sealed class OnnxGraph(GraphProto proto)
{
    private readonly HashSet<string> _constants = [.. proto.Initializer.Select(t => t.Name)];
    private readonly HashSet<string> _computed = [.. proto.Node.SelectMany(n => n.Output), .. proto.Input.Select(i => i.Name)];

    /// <summary>A graph without nodes.</summary>
    public OnnxGraph(string name)
        : this(new GraphProto { Name = name })
    {
    }

    public GraphProto Proto { get; } = proto;

    /// <summary>Adds a node with one output, which has the node's name.</summary>
    public string Node(string operation, string output, IEnumerable<string> inputs, params AttributeProto[] attributes)
    {
        Nodes(operation, output, inputs, [output], attributes);
        return output;
    }

    /// <summary>Adds a node with any number of outputs.</summary>
    /// <exception cref="ArgumentException">The graph has a value of one of these names: each may be computed once.</exception>
    public void Nodes(string operation, string name, IEnumerable<string> inputs, IEnumerable<string> outputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = operation, Name = name };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        if (node.Output.FirstOrDefault(o => !_computed.Add(o) || _constants.Contains(o)) is { } twice)
        {
            throw new ArgumentException($"The exported graph would compute a value '{twice}' twice: a layer of the detector is called so, " +
                "expected another name.");
        }
        node.Attribute.AddRange(attributes);
        Proto.Node.Add(node);
    }

    public string Constant(string name, IReadOnlyList<int> shape, ReadOnlySpan<float> values)
    {
        byte[] raw = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(raw.AsSpan(i * sizeof(float)), values[i]);
        }
        return Constant(name, DataType.Float, shape, raw);
    }

    public string Constant(string name, params long[] values)
    {
        byte[] raw = new byte[values.Length * sizeof(long)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(raw.AsSpan(i * sizeof(long)), values[i]);
        }
        return Constant(name, DataType.Int64, [values.Length], raw);
    }

    public string Constant(string name, DataType type, IReadOnlyList<int> shape, byte[] raw)
    {
        if (_constants.Add(name)) // bounds and shapes that several nodes share stand once
        {
            if (_computed.Contains(name))
            {
                throw new ArgumentException($"The exported graph would have a value '{name}' twice: a layer of the detector is called so, " +
                    "expected another name.");
            }
            var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(raw) };
            tensor.Dims.AddRange(shape.Select(d => (long)d));
            Proto.Initializer.Add(tensor);
        }
        return name;
    }

    public string Scalar(string name, float value) => Constant(name, [], [value]);

    /// <param name="name">Tensor name.</param>
    /// <param name="type">Number type.</param>
    /// <param name="shape">Numbers, or names of free dimensions.</param>
    public static ValueInfoProto Value(string name, DataType type, params object[] shape)
    {
        var dimensions = new TensorShapeProto();
        dimensions.Dim.AddRange(shape.Select(d => d is string free
            ? new TensorShapeProto.Types.Dimension { DimParam = free }
            : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(d, null) }));
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dimensions };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    public static AttributeProto Attribute(string name, long value) => new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    public static AttributeProto Attribute(string name, float value) => new() { Name = name, F = value, Type = AttributeProto.Types.AttributeType.Float };

    public static AttributeProto Attribute(string name, string value) =>
        new() { Name = name, S = ByteString.CopyFromUtf8(value), Type = AttributeProto.Types.AttributeType.String };

    public static AttributeProto Attribute(string name, params long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }
}
