using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Importances;

/// <summary>A random forest (Breiman 2001) for regression, with inputs that may be missing.</summary>
internal sealed class RandomForest
{
    private const int Size = 64;

    private readonly List<RegressionTree> _trees = [];

    /// <summary>Grows trees on bootstrap samples of the observations.</summary>
    /// <param name="inputs">One row an observation; NaN for what is missing.</param>
    /// <param name="outputs">One number an observation.</param>
    /// <param name="categories">Of which inputs only equality counts.</param>
    /// <param name="seed">Equal seeds give equal forests.</param>
    public RandomForest(double[][] inputs, double[] outputs, bool[] categories, int seed)
    {
        double[] sums = new double[outputs.Length];
        int[] counts = new int[outputs.Length];
        for (int t = 0; t < Size; t++)
        {
            var random = SeededRandom.OfDecision(seed, t);
            int[] rows = [.. outputs.Select(_ => random.NextInt(outputs.Length))];
            var tree = new RegressionTree(inputs, outputs, rows, categories, random);
            _trees.Add(tree);
            foreach (int row in Enumerable.Range(0, outputs.Length).Except(rows))
            {
                (sums[row], counts[row]) = (sums[row] + tree.Predict(inputs[row]), counts[row] + 1);
            }
        }
        Explained = ExplainedBy(outputs, sums, counts);
    }

    /// <summary>Its trees: the prediction is their mean.</summary>
    public IReadOnlyList<RegressionTree> Trees => _trees;

    /// <summary>Share of the variance that the trees explain of observations that they did not grow from (out of bag); 0 where they explain none.</summary>
    public double Explained { get; }

    private static double ExplainedBy(double[] outputs, double[] sums, int[] counts)
    {
        int[] judged = [.. Enumerable.Range(0, outputs.Length).Where(i => counts[i] > 0)];
        if (judged.Length == 0)
        {
            return 0;
        }
        double mean = judged.Average(i => outputs[i]), total = judged.Sum(i => Math.Pow(outputs[i] - mean, 2));
        double wrong = judged.Sum(i => Math.Pow(outputs[i] - sums[i] / counts[i], 2));
        return total > 0 ? Math.Max(0, 1 - wrong / total) : 0;
    }
}
