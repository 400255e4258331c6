namespace PruneSearch.Core.Strategies;

/// <summary>
/// By how much the work of a configuration takes longer than that of the average one: one criterion scores in the time in which another has hardly begun. Each
/// value of a choice has a factor and each number a slope, from the logarithms of what was measured over what was expected, by ridge regression:
/// before anything is known all are 1. Pruning and training have factors of their own.
/// </summary>
public sealed class PriceFactors
{
    private const double Penalty = 0.5, Largest = 20;

    private readonly SearchSpace _space;
    private readonly int[] _places;
    private readonly Sums _pruning, _training;

    /// <summary>Nothing measured yet.</summary>
    /// <param name="space">What may be chosen.</param>
    public PriceFactors(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        _space = space;
        (_places, int count) = Places(space);
        (_pruning, _training) = (new Sums(count), new Sums(count));
    }

    /// <summary>Learns from work that was done; the order in which that is learned says nothing.</summary>
    /// <param name="configuration">The configuration that the work was for.</param>
    /// <param name="trained">Whether it was training; otherwise pruning.</param>
    /// <param name="ratio">Its time over what was expected without factors. One that is not above 0 says nothing.</param>
    public void Add(Configuration configuration, bool trained, double ratio)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Add(Features(_space, configuration), trained, ratio);
    }

    /// <summary>The same, of a configuration of which that is known.</summary>
    internal void Add((int Place, double Value)[] features, bool trained, double ratio)
    {
        if (ratio > 0 && double.IsFinite(ratio))
        {
            (trained ? _training : _pruning).Add(features, Math.Log(ratio));
        }
    }

    /// <summary>The factor on what is expected of such work, 1/20 to 20.</summary>
    /// <param name="configuration">The configuration that the work would be for.</param>
    /// <param name="trained">Whether it is training; otherwise pruning.</param>
    public double Of(Configuration configuration, bool trained)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        double[] weights = (trained ? _training : _pruning).Weights;
        double sum = weights[0];
        for (int h = 0; h < _places.Length; h++)
        {
            var (place, value) = Feature(_space.Hyperparameters[h], _places[h], configuration[h]);
            sum += value * weights[place];
        }
        return Math.Clamp(Math.Exp(sum), 1 / Largest, Largest);
    }

    /// <summary>What of a configuration counts, and for how much; what does not is left out.</summary>
    internal static (int Place, double Value)[] Features(SearchSpace space, Configuration configuration)
    {
        var (places, _) = Places(space);
        return [(0, 1), .. places.Select((place, h) => Feature(space.Hyperparameters[h], place, configuration[h])).Where(f => f.Value != 0)];
    }

    private static (int[] Places, int Count) Places(SearchSpace space)
    {
        int[] places = new int[space.Hyperparameters.Count];
        int count = 1; // what all have in common
        for (int h = 0; h < places.Length; h++)
        {
            places[h] = count;
            count += space.Hyperparameters[h] is ChoiceHyperparameter choice ? choice.Values.Count : 1;
        }
        return (places, count);
    }

    private static (int Place, double Value) Feature(Hyperparameter hyperparameter, int place, double value) => double.IsNaN(value) ? (0, 0)
        : hyperparameter is ChoiceHyperparameter ? (place + (int)value, 1) : (place, hyperparameter.ToUnit(value) - 0.5);

    // Normal equations of a ridge regression, solved when they are asked for.
    private sealed class Sums(int count)
    {
        private readonly double[,] _products = new double[count, count];
        private readonly double[] _targets = new double[count];
        private double[]? _weights;

        public double[] Weights => _weights ??= Solved();

        public void Add((int Place, double Value)[] features, double target)
        {
            foreach (var (i, a) in features)
            {
                _targets[i] += a * target;
                foreach (var (j, b) in features)
                {
                    _products[i, j] += a * b;
                }
            }
            _weights = null;
        }

        // Gaussian elimination: the penalty keeps the matrix positive definite, so that no row has to be exchanged.
        private double[] Solved()
        {
            double[,] m = (double[,])_products.Clone();
            double[] x = (double[])_targets.Clone();
            for (int i = 0; i < count; i++)
            {
                m[i, i] += Penalty;
            }
            for (int i = 0; i < count; i++)
            {
                for (int k = i + 1; k < count; k++)
                {
                    double factor = m[k, i] / m[i, i];
                    for (int j = i; factor != 0 && j < count; j++)
                    {
                        m[k, j] -= factor * m[i, j];
                    }
                    x[k] -= factor * x[i];
                }
            }
            for (int i = count - 1; i >= 0; i--)
            {
                for (int j = i + 1; j < count; j++)
                {
                    x[i] -= m[i, j] * x[j];
                }
                x[i] /= m[i, i];
            }
            return x;
        }
    }
}
