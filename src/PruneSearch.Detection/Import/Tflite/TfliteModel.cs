namespace PruneSearch.Detection.Import.Tflite;

/// <summary>A TensorFlow Lite model with one graph (schema version 3): its tensors and operations.</summary>
/// <param name="Source">Where it comes from, for messages.</param>
/// <param name="Tensors">Feature maps and constants.</param>
/// <param name="Operators">In order of execution.</param>
/// <param name="Inputs">Indices of the tensors that go in.</param>
/// <param name="Outputs">Indices of the tensors that come out.</param>
internal sealed record TfliteModel(
    string Source, IReadOnlyList<TfliteTensor> Tensors, IReadOnlyList<TfliteOperator> Operators, IReadOnlyList<int> Inputs, IReadOnlyList<int> Outputs)
{
    private const int SchemaVersion = 3, MaxDimensions = 8;

    /// <summary>Bytes 4 to 7 of every such file.</summary>
    public static ReadOnlySpan<byte> Identifier => "TFL3"u8;

    /// <summary>Reads a file's content.</summary>
    /// <exception cref="FormatException">It is damaged or not of this format.</exception>
    public static TfliteModel Read(byte[] data, string source)
    {
        if (data.Length < 8 || !data.AsSpan(4, 4).SequenceEqual(Identifier))
        {
            throw new FormatException($"{source}: no TensorFlow Lite file, expected the letters TFL3 at byte 4");
        }
        var root = FlatTable.Root(data, source);
        if (root.Int32(0) != SchemaVersion)
        {
            throw new FormatException($"{source}: TensorFlow Lite schema version {root.Int32(0)} is not known, expected {SchemaVersion}");
        }
        var graphs = root.Tables(2);
        if (graphs.Length != 1)
        {
            throw new FormatException($"{source}: the model has {graphs.Length} graphs, expected one");
        }
        var graph = graphs[0];
        var buffers = root.Tables(4);
        var tensors = graph.Tables(0).Select((t, i) => Tensor(t, i, buffers, source)).ToList();
        var codes = root.Tables(1).Select(c => (Code: Math.Max(c.Byte(0), c.Int32(3)), Custom: c.Text(1))).ToList();
        var operators = graph.Tables(3).Select(o => Operator(o, codes, tensors.Count, source)).ToList();
        return new TfliteModel(source, tensors, operators, Indices(graph, 1, tensors.Count, source), Indices(graph, 2, tensors.Count, source));
    }

    private static TfliteTensor Tensor(FlatTable table, int index, FlatTable[] buffers, string source)
    {
        int[] shape = table.Int32s(0);
        string name = table.Text(3) is { Length: > 0 } text ? text : $"#{index}";
        int buffer = table.Int32(2);
        if (shape.Length > MaxDimensions || shape.Any(d => d < 0))
        {
            throw new FormatException($"{source}: tensor '{name}' has shape [{string.Join(", ", shape.Take(MaxDimensions + 1))}], expected at most " +
                $"{MaxDimensions} dimensions of at least 0");
        }
        if (buffer < 0 || buffer >= buffers.Length)
        {
            throw new FormatException($"{source}: tensor '{name}' has its values in buffer {buffer}, but there are {buffers.Length}");
        }
        return new TfliteTensor
        {
            Name = name,
            Shape = shape,
            Type = table.Byte(1),
            Data = buffers[buffer].Bytes(0),
            Scales = table.Table(4)?.Singles(2) ?? [],
            ZeroPoints = table.Table(4)?.Int64s(3) ?? [],
            QuantizedDimension = table.Table(4)?.Int32(6) ?? 0,
        };
    }

    private static TfliteOperator Operator(FlatTable table, List<(int Code, string Custom)> codes, int tensors, string source)
    {
        int code = table.Int32(0);
        if (code < 0 || code >= codes.Count)
        {
            throw new FormatException($"{source}: an operation has code {code}, but there are {codes.Count}");
        }
        bool depthwise = codes[code].Code == TfliteOperator.DepthwiseConv2D;
        var options = table.Table(4);
        return new TfliteOperator
        {
            Code = codes[code].Code,
            Custom = codes[code].Custom,
            Inputs = Indices(table, 1, tensors, source),
            Outputs = Indices(table, 2, tensors, source),
            // The options of both kinds of convolution differ by the depth multiplier in the middle; those of a sum begin with the activation.
            Same = options is null || options.Value.Byte(0) == 0,
            Strides = (options?.Int32(2) ?? 1, options?.Int32(1) ?? 1),
            Dilated = options is { } o && (o.Int32(depthwise ? 5 : 4, 1) != 1 || o.Int32(depthwise ? 6 : 5, 1) != 1),
            Activation = options?.Byte(codes[code].Code switch { TfliteOperator.Add => 0, TfliteOperator.DepthwiseConv2D => 4, _ => 3 }) ?? 0,
        };
    }

    // −1 stands for an optional input that is left out.
    private static int[] Indices(FlatTable table, int field, int tensors, string source)
    {
        int[] indices = table.Int32s(field);
        int wrong = Array.FindIndex(indices, i => i < -1 || i >= tensors);
        return wrong < 0 ? indices : throw new FormatException($"{source}: an operation names tensor {indices[wrong]}, but there are {tensors}");
    }
}
