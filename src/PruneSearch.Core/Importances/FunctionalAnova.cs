using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Importances;

/// <summary>What a hyperparameter has to do with an objective.</summary>
/// <param name="Share">Share of the objective's variance over the space that it explains by itself, 0 to 1.</param>
/// <param name="Deviation">Standard deviation of the share over the trees of the forest.</param>
public sealed record HyperparameterImportance(string Name, double Share, double Deviation);

/// <summary>What all hyperparameters have to do with an objective.</summary>
/// <param name="Each">One a hyperparameter, the most important first. What is missing to 1 they explain only together.</param>
/// <param name="Explained">Share of the variance that the forest explains of results that it did not learn from: near 0, the rest says nothing.</param>
/// <param name="Observations">Results that it learned from.</param>
public sealed record ImportanceResult(IReadOnlyList<HyperparameterImportance> Each, double Explained, int Observations);

/// <summary>A result that importance is learned from.</summary>
/// <param name="Configuration">What was tried.</param>
/// <param name="Rung">How far it was trained.</param>
/// <param name="Value">The objective.</param>
public sealed record Observation(Configuration Configuration, int Rung, double Value);

/// <summary>
/// Functional analysis of variance over a random forest (Hutter, Hoos, Leyton-Brown, "An Efficient Approach for Assessing Hyperparameter
/// Importance", ICML 2014): of each tree's variance over the whole space, the share that the mean over all others leaves to one
/// hyperparameter (its main effect), averaged over the trees. The space is sampled evenly, so that it does not matter where the search
/// looked more often; a hyperparameter that does not always count is judged where it does.
/// </summary>
public static class FunctionalAnova
{
    /// <summary>Results that it needs at least.</summary>
    public const int Fewest = 12;

    private const int Samples = 4096, Bins = 16;

    /// <summary>Judges the hyperparameters of a space.</summary>
    /// <param name="observations">Results, of any rung: the rung is a further input, and what is judged is the highest one.</param>
    /// <param name="seed">Equal seeds give equal results.</param>
    /// <returns><see langword="null"/> with fewer than <see cref="Fewest"/> results, or where all are equal.</returns>
    public static ImportanceResult? Of(SearchSpace space, IReadOnlyList<Observation> observations, int seed)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(observations);
        if (observations.Count < Fewest || observations.All(o => o.Value == observations[0].Value))
        {
            return null;
        }
        int count = space.Hyperparameters.Count, top = observations.Max(o => o.Rung);
        bool[] categories = [.. space.Hyperparameters.Select(h => h is ChoiceHyperparameter { Ordered: false }), false];
        var forest = new RandomForest(
            [.. observations.Select(o => Input(space, o.Configuration, o.Rung))], [.. observations.Select(o => o.Value)], categories, seed);
        var random = SeededRandom.OfDecision(seed, -1);
        double[][] inputs = [.. Enumerable.Range(0, Samples)
            .Select(_ => Input(space, space.At([.. space.Hyperparameters.Select(_ => random.NextDouble())]), top))];
        int[][] bins = [.. Enumerable.Range(0, count).Select(h => inputs.Select(i => Bin(space.Hyperparameters[h], i[h])).ToArray())];
        double[][] shares = [.. forest.Trees.Select(tree => Shares([.. inputs.Select(tree.Predict)], bins)).OfType<double[]>()];
        return shares.Length == 0 ? null : new ImportanceResult(
            [.. space.Hyperparameters.Select((h, i) => Importance(h.Name, [.. shares.Select(s => s[i])])).OrderByDescending(i => i.Share)],
            forest.Explained,
            observations.Count);
    }

    private static HyperparameterImportance Importance(string name, double[] shares)
    {
        double mean = shares.Average();
        return new(name, mean, Math.Sqrt(shares.Sum(s => (s - mean) * (s - mean)) / Math.Max(1, shares.Length - 1)));
    }

    // One share a hyperparameter; nothing for a tree that says the same everywhere.
    private static double[]? Shares(double[] values, int[][] bins)
    {
        double total = Variance(values);
        return total < 1e-18 ? null : [.. bins.Select(of => MainEffect(values, of) / total)];
    }

    // Variance of the means of the bins, without what chance alone would give, weighed by how often the hyperparameter counts.
    private static double MainEffect(double[] values, int[] bins)
    {
        var groups = values.Zip(bins).Where(v => v.Second >= 0).GroupBy(v => v.Second, v => v.First).Select(g => g.ToArray()).ToList();
        int count = groups.Sum(g => g.Length);
        if (count == 0 || groups.Count < 2)
        {
            return 0;
        }
        double mean = groups.Sum(g => g.Sum()) / count, between = groups.Sum(g => g.Length * Math.Pow(g.Average() - mean, 2)) / count;
        double within = groups.Sum(g => g.Length * Variance(g)) / count;
        return Math.Max(0, between - within * (groups.Count - 1) / count) * count / values.Length;
    }

    private static double Variance(double[] values)
    {
        double mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean)) / values.Length;
    }

    private static double[] Input(SearchSpace space, Configuration configuration, int rung) => [.. space.Encode(configuration), rung];

    // Every choice has its own, numbers share them evenly.
    private static int Bin(Hyperparameter hyperparameter, double unit)
    {
        int bins = hyperparameter is ChoiceHyperparameter choice ? choice.Values.Count : Math.Min(hyperparameter.Count ?? Bins, Bins);
        return double.IsNaN(unit) ? -1 : Math.Min(bins - 1, (int)(unit * bins));
    }
}
