using PruneSearch.Core.Networks;

namespace PruneSearch.Inference.Costs;

/// <summary>
/// Whose time the nodes of an optimised graph are. A node is called after a layer of the network, with something behind it; what has another name was
/// put in by ONNX Runtime to change how values lie in memory, for the node that comes next.
/// </summary>
internal sealed class LayerTimes
{
    /// <summary>What stands for nodes after the last layer: the outputs.</summary>
    public const string Outputs = "";

    private readonly HashSet<string> _layers;
    private readonly HashSet<string> _outputs;

    public LayerTimes(Network network)
    {
        _layers = network.Layers.Select(l => l.Name).ToHashSet(StringComparer.Ordinal);
        _outputs = network.Outputs.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Layer name to its time, in the unit of the nodes: the lower quartile of all runs, which others on the machine hardly reach.</summary>
    public Dictionary<string, double> Of(IReadOnlyList<IReadOnlyList<NodeTime>> runs)
    {
        var sums = new Dictionary<string, double[]>(StringComparer.Ordinal);
        for (int run = 0; run < runs.Count; run++)
        {
            double waiting = 0;
            foreach (var (node, microseconds) in runs[run])
            {
                waiting += microseconds;
                if (Owner(node) is { } owner)
                {
                    Add(owner, run, waiting);
                    waiting = 0;
                }
            }
            Add(Outputs, run, waiting);
        }
        return sums.ToDictionary(s => s.Key, s => LowerQuartile(s.Value), StringComparer.Ordinal);

        void Add(string owner, int run, double microseconds)
        {
            if (!sums.TryGetValue(owner, out double[]? sum))
            {
                sums.Add(owner, sum = new double[runs.Count]);
            }
            sum[run] += microseconds;
        }
    }

    /// <summary>The value that a quarter of all lies below.</summary>
    public static double LowerQuartile(IReadOnlyCollection<double> values) => values.Order().ElementAt(values.Count / 4);

    // The layer with the longest name that the node's begins with.
    private string? Owner(string node)
    {
        for (int length = node.Length; length > 0; length--)
        {
            string name = node[..length];
            if (_layers.Contains(name))
            {
                return name;
            }
            if (length == node.Length && _outputs.Contains(name))
            {
                return Outputs;
            }
        }
        return null;
    }
}
