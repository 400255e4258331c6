using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Importances;

/// <summary>A regression tree (Breiman et al. 1984) whose inputs may be missing: NaN goes its own way.</summary>
internal sealed class RegressionTree
{
    private const int SmallestLeaf = 3;

    private readonly List<Node> _nodes = [];
    private readonly double[][] _inputs;
    private readonly double[] _outputs;
    private readonly bool[] _categories;
    private readonly SeededRandom _random;

    /// <summary>Grows a tree until leaves would have too few observations.</summary>
    /// <param name="inputs">One row an observation.</param>
    /// <param name="outputs">One number an observation.</param>
    /// <param name="rows">The observations that it grows from; one may stand several times.</param>
    /// <param name="categories">Of which inputs only equality counts.</param>
    /// <param name="random">Chooses the inputs that each split may ask for.</param>
    public RegressionTree(double[][] inputs, double[] outputs, int[] rows, bool[] categories, SeededRandom random)
    {
        (_inputs, _outputs, _categories, _random) = (inputs, outputs, categories, random);
        Grow(rows);
    }

    /// <summary>The prediction for a row of inputs.</summary>
    public double Predict(double[] input)
    {
        int at = 0;
        while (_nodes[at] is { Left: > 0 } node)
        {
            at = node.IsLeft(input, _categories) ? node.Left : node.Right;
        }
        return _nodes[at].Mean;
    }

    private int Grow(int[] rows)
    {
        int at = _nodes.Count;
        var node = new Node(-1, 0, 0, 0, rows.Average(r => _outputs[r]));
        _nodes.Add(node);
        if (rows.Length >= 2 * SmallestLeaf && Split(rows) is { } split)
        {
            var left = rows.Where(r => split.IsLeft(_inputs[r], _categories)).ToArray();
            int leftAt = Grow(left), rightAt = Grow([.. rows.Where(r => !split.IsLeft(_inputs[r], _categories))]);
            _nodes[at] = split with { Left = leftAt, Right = rightAt, Mean = node.Mean };
        }
        return at;
    }

    // The split that leaves the least variance, among five sixths of the inputs (Hutter, Hoos, Leyton-Brown 2011).
    private Node? Split(int[] rows)
    {
        int[] order = [.. Enumerable.Range(0, _categories.Length)];
        _random.Shuffle<int>(order);
        Node? best = null;
        double most = 1e-12, all = rows.Sum(r => _outputs[r]);
        foreach (int input in order.Take((order.Length * 5 + 5) / 6))
        {
            var known = rows.Where(r => !double.IsNaN(_inputs[r][input])).OrderBy(r => _inputs[r][input]).ToArray();
            double sum = 0, from = 0;
            int count = 0, before = 0;
            for (int i = 0; i < known.Length; i++)
            {
                (sum, count) = (sum + _outputs[known[i]], count + 1);
                double value = _inputs[known[i]][input];
                bool last = i + 1 == known.Length;
                if (!last && _inputs[known[i + 1]][input] == value)
                {
                    continue;
                }
                // A category against all others, or all smaller numbers against the larger and the missing ones.
                bool isCategory = _categories[input];
                double threshold = isCategory ? value : last ? double.PositiveInfinity : (value + _inputs[known[i + 1]][input]) / 2;
                Consider(new Node(input, threshold, 0, 0, 0), isCategory ? sum - from : sum, isCategory ? count - before : count);
                (from, before) = (sum, count);
            }
            if (_categories[input] && known.Length > 0)
            {
                Consider(new Node(input, double.PositiveInfinity, 0, 0, 0), sum, count); // known against missing
            }

            void Consider(Node node, double left, int leftCount)
            {
                int rightCount = rows.Length - leftCount;
                double right = all - left, gain = left * left / leftCount + right * right / rightCount - all * all / rows.Length;
                if (leftCount >= SmallestLeaf && rightCount >= SmallestLeaf && gain > most)
                {
                    (most, best) = (gain, node);
                }
            }
        }
        return best;
    }

    private readonly record struct Node(int Input, double Threshold, int Left, int Right, double Mean)
    {
        public bool IsLeft(double[] input, bool[] categories) => !double.IsNaN(input[Input])
            && (double.IsPositiveInfinity(Threshold) || (categories[Input] ? input[Input] == Threshold : input[Input] <= Threshold));
    }
}
