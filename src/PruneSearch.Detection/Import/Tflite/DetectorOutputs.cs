namespace PruneSearch.Detection.Import.Tflite;

/// <summary>Where a detector's graph ends: its coded boxes and its class outputs, and the operations that only arrange them.</summary>
internal sealed class DetectorOutputs
{
    private const string PostProcessing = "TFLite_Detection_PostProcess";
    private const int MaxTensors = 4096, MaxClassOutputs = 10_001;

    private readonly TfliteModel _file;
    private readonly Dictionary<int, TfliteOperator> _makers = [];

    private DetectorOutputs(TfliteModel file, int boxes, int classes)
    {
        _file = file;
        Boxes = boxes;
        Classes = classes;
        foreach (var operation in file.Operators)
        {
            foreach (int output in operation.Outputs)
            {
                _makers[output] = operation;
            }
        }
    }

    /// <summary>Tensor of the coded boxes.</summary>
    public int Boxes { get; }

    /// <summary>Tensor of the class outputs; the background first where there is one.</summary>
    public int Classes { get; }

    /// <summary>Number of class outputs a box, with the background where there is one.</summary>
    public int ClassOutputs => _file.Tensors[Classes].Shape[^1];

    /// <summary>Whether any operation on the way to the class outputs is of a kind.</summary>
    public bool Has(int code) => Before(Classes, Arranges).Any(o => o.Code == code);

    /// <summary>Finds the ends of a graph.</summary>
    /// <exception cref="FormatException">It has none that look like a detector's.</exception>
    public static DetectorOutputs Find(TfliteModel file)
    {
        var post = file.Operators.FirstOrDefault(o => o.Custom == PostProcessing);
        int[] ends = [.. (post is null ? file.Outputs : post.Inputs.Take(2)).Where(i => i >= 0)];
        int boxes = Array.FindIndex(ends, i => file.Tensors[i].Name.Contains("box", StringComparison.OrdinalIgnoreCase));
        if (ends.Length != 2 || ends.Any(i => file.Tensors[i].Shape.Count == 0 || file.Tensors[i].Shape[^1] is < 2 or > MaxClassOutputs)
            || file.Inputs.Count != 1 || file.Inputs[0] < 0)
        {
            string Shown(int i) => $"'{file.Tensors[i].Name}' [{string.Join(", ", file.Tensors[i].Shape)}]";
            throw new FormatException($"{file.Source}: the graph has {file.Inputs.Count} inputs and outputs " +
                $"{string.Join(", ", file.Outputs.Where(i => i >= 0).Take(8).Select(Shown))}, expected one picture in, coded boxes and class outputs out");
        }
        // Without a telling name the first comes first, as TensorFlow writes them.
        return boxes == 1 ? new DetectorOutputs(file, ends[1], ends[0]) : new DetectorOutputs(file, ends[0], ends[1]);
    }

    /// <summary>Whether an operation only arranges or scores what heads computed.</summary>
    public bool IsTail(TfliteOperator operation) =>
        operation.Custom == PostProcessing || Before(Boxes, Arranges).Contains(operation) || Before(Classes, Arranges).Contains(operation);

    /// <summary>The tensors that an end is put together from, in order.</summary>
    public IEnumerable<int> Sources(int end)
    {
        var found = new List<int>();
        var open = new Stack<int>([end]);
        for (int steps = 0; open.TryPop(out int tensor) && steps < MaxTensors; steps++)
        {
            if (!_makers.TryGetValue(tensor, out var maker) || !Arranges(maker))
            {
                found.Add(tensor);
                continue;
            }
            // The second input of a RESHAPE is its shape.
            foreach (int input in maker.Code == TfliteOperator.Concatenation ? maker.Inputs.Reverse() : maker.Inputs.Take(1))
            {
                open.Push(input);
            }
        }
        return found;
    }

    /// <summary>The operations that a tensor is computed by, as far back as each is one to go through.</summary>
    public HashSet<TfliteOperator> Before(int end, Func<TfliteOperator, bool> goesThrough)
    {
        var found = new HashSet<TfliteOperator>(ReferenceEqualityComparer.Instance);
        var needed = new HashSet<int>([end]);
        foreach (var operation in _file.Operators.Reverse().Where(o => goesThrough(o) && o.Outputs.Any(needed.Contains)))
        {
            found.Add(operation);
            needed.UnionWith(operation.Inputs);
        }
        return found;
    }

    private static bool Arranges(TfliteOperator operation) => operation.Code is
        TfliteOperator.Reshape or TfliteOperator.Squeeze or TfliteOperator.Concatenation or TfliteOperator.Logistic or TfliteOperator.Softmax
            or TfliteOperator.Dequantize;
}
