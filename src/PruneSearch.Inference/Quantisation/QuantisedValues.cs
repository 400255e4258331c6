using PruneSearch.Inference.Onnx.Schema;

namespace PruneSearch.Inference.Quantisation;

/// <summary>Which values of a graph become bytes, and how their ranges follow from those that calibration observed.</summary>
internal sealed class QuantisedValues
{
    private static readonly string[] Moving = ["Concat", "Resize", "MaxPool"]; // their outputs hold nothing but values of their inputs

    private readonly GraphProto _graph;
    private readonly HashSet<string> _names = [];
    private readonly ILookup<string, NodeProto> _readers;

    /// <param name="kept">Convolutions that stay in floating point, besides prediction heads.</param>
    public QuantisedValues(GraphProto graph, IReadOnlySet<NodeProto>? kept = null)
    {
        _graph = graph;
        _readers = graph.Node.SelectMany(n => n.Input.Select(i => (i, n))).ToLookup(p => p.i, p => p.n);
        var constants = graph.Initializer.Select(t => t.Name).ToHashSet();
        Convolutions = [.. graph.Node.Where(n => n.OpType == "Conv" && constants.Contains(n.Input[1]) && !IsHead(n) && kept?.Contains(n) != true)];
        foreach (var conv in Convolutions)
        {
            _names.Add(conv.Input[0]);
            _names.Add(OutputOf(conv));
        }
        foreach (var node in graph.Node.Where(n => (n.OpType is "Add" or "Mul" or "Sigmoid" || Moving.Contains(n.OpType)) && Operands(n).All(_names.Contains)))
        {
            _names.Add(node.Output[0]);
        }
    }

    /// <summary>The convolutions that will run on integers: all but prediction heads, whose outputs need more than 8 bits.</summary>
    public IReadOnlyList<NodeProto> Convolutions { get; }

    /// <summary>The values that become bytes.</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>The value that becomes bytes behind a convolution: a clip that follows becomes part of it, the range of its output does what it does.</summary>
    public string OutputOf(NodeProto conv) => _readers[conv.Output[0]].ToList() is [{ OpType: "Clip" or "Relu" } clip] ? clip.Output[0] : conv.Output[0];

    /// <summary>The convolution on integers that makes a value, with nothing but an activation between; <see langword="null"/> where there is none.</summary>
    public NodeProto? ProducerOf(string value)
    {
        var node = _graph.Node.FirstOrDefault(n => n.Output.Contains(value));
        string? before = node?.OpType switch
        {
            "Clip" or "Relu" => node.Input[0],
            "Mul" => SiluInput(node),
            _ => value,
        };
        return Convolutions.FirstOrDefault(c => c.Output[0] == before);
    }

    /// <summary>The ranges to use: equal ones where values are only moved, and no steps spent where SiLU is flat.</summary>
    /// <param name="observed">Low and high end of each of <see cref="Names"/> on calibration pictures.</param>
    public Dictionary<string, (float Low, float High)> Ranges(IReadOnlyDictionary<string, ActivationStatistics> observed)
    {
        var ranges = _names.ToDictionary(n => n, n => (observed[n].Low, observed[n].High));
        foreach (var equal in Together())
        {
            var common = (equal.Min(v => observed[v].Low), equal.Max(v => observed[v].High));
            equal.ForEach(v => ranges[v] = common);
        }
        foreach (var product in _graph.Node.Where(n => n.OpType == "Mul" && n.Input.All(_names.Contains)))
        {
            if (SiluInput(product) is { } input && _readers[input].Count() == 2)
            {
                var (low, high) = ranges[product.Output[0]];
                ranges[input] = (Math.Max(ranges[input].Low, FlatBelow(high / byte.MaxValue - low / byte.MaxValue)), ranges[input].High);
            }
        }
        return ranges;
    }

    private bool IsHead(NodeProto conv) => !_readers[conv.Output[0]].Any() || _readers[conv.Output[0]].Any(r => r.OpType == "Transpose");

    private static IEnumerable<string> Operands(NodeProto node) => node.OpType is "Resize" or "MaxPool" ? node.Input.Take(1) : node.Input;

    // Values that need the same range, because one operation moves them without computing.
    private List<List<string>> Together()
    {
        var sets = new Dictionary<string, List<string>>();
        foreach (var node in _graph.Node.Where(n => Moving.Contains(n.OpType) && _names.Contains(n.Output[0]) && Operands(n).All(_names.Contains)))
        {
            var merged = Operands(node).Append(node.Output[0]).SelectMany(v => sets.GetValueOrDefault(v, [v])).Distinct().ToList();
            merged.ForEach(v => sets[v] = merged);
        }
        return [.. sets.Values.Distinct()];
    }

    // x of x · sigmoid(x).
    private string? SiluInput(NodeProto product) =>
        product.Input.FirstOrDefault(i => _readers[i].Any(r => r.OpType == "Sigmoid" && r.Output[0] != i && product.Input.Contains(r.Output[0])));

    // Where SiLU comes nearer to zero than half a step of its output: what is smaller may become this.
    private static float FlatBelow(float step)
    {
        double low = -60, high = -1.2784645; // its minimum
        for (int i = 0; i < 50; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = -middle / (1 + Math.Exp(-middle)) < step / 2 ? (middle, high) : (low, middle);
        }
        return (float)low;
    }
}
