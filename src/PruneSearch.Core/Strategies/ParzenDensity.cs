namespace PruneSearch.Core.Strategies;

/// <summary>
/// A density over a space: one kernel around each of some configurations and a broad one over everything. Numbers have a normal kernel cut to the
/// unit interval, choices one that prefers the same value; a hyperparameter that does not count in a configuration has its whole range.
/// </summary>
internal sealed class ParzenDensity
{
    // Widest kernel at few observations, as a share of the range: Optuna's multivariate estimator.
    private const double Width = 0.2;

    private readonly SearchSpace _space;
    private readonly double[] _weights, _mass;
    private readonly double[][] _points;
    private readonly double _sigma;
    private readonly double[] _uniform, _same, _other;

    /// <summary>Puts a kernel on each configuration, and a broad one over the whole space.</summary>
    /// <param name="around">Configurations with a kernel, oldest first.</param>
    /// <param name="weights">Their weights; <see langword="null"/> makes all but the latest fade.</param>
    public ParzenDensity(SearchSpace space, IReadOnlyList<Configuration> around, double[]? weights)
    {
        _space = space;
        int dimensions = space.Hyperparameters.Count, kernels = around.Count + 1;
        _points = [.. around.Select(c => c.Values.ToArray())];
        for (int i = 0; i < _points.Length; i++)
        {
            for (int d = 0; d < dimensions; d++)
            {
                _points[i][d] = IsChoice(d) || double.IsNaN(_points[i][d]) ? _points[i][d] : space.Hyperparameters[d].ToUnit(_points[i][d]);
            }
        }
        // The broad kernel weighs as much as one observation.
        _weights = [.. weights ?? Fading(around.Count), 1];
        double sum = _weights.Sum();
        _weights = [.. _weights.Select(w => w / sum)];
        _sigma = Math.Max(Width * Math.Pow(Math.Max(around.Count, 1), -1.0 / (dimensions + 4)), 1.0 / Math.Min(100, 1 + kernels));
        _mass = [.. Enumerable.Range(0, 1001).Select(i => Mass(i / 1000.0))];
        _uniform = new double[dimensions];
        _same = new double[dimensions];
        _other = new double[dimensions];
        for (int d = 0; d < dimensions; d++)
        {
            int values = space.Hyperparameters[d] is ChoiceHyperparameter c ? c.Values.Count : 1;
            double prior = 1.0 / kernels;
            _uniform[d] = 1.0 / values;
            _other[d] = prior / (1 + prior * values);
            _same[d] = (1 + prior) / (1 + prior * values);
        }
    }

    /// <summary>Draws a configuration with the probability that the density gives it.</summary>
    public Configuration Draw(SeededRandom random)
    {
        double place = random.NextDouble();
        int kernel = 0;
        for (; kernel < _weights.Length - 1 && place >= _weights[kernel]; kernel++)
        {
            place -= _weights[kernel];
        }
        double[] point = new double[_uniform.Length];
        for (int d = 0; d < point.Length; d++)
        {
            double centre = kernel < _points.Length ? _points[kernel][d] : double.NaN;
            point[d] = double.IsNaN(centre) ? random.NextDouble() : IsChoice(d) ? DrawChoice(d, centre, random) : DrawNear(centre, random);
        }
        return _space.At(point);
    }

    /// <summary>Logarithm of the density at a configuration.</summary>
    public double Log(Configuration configuration)
    {
        double[] at = configuration.Values.ToArray();
        for (int d = 0; d < at.Length; d++)
        {
            at[d] = IsChoice(d) || double.IsNaN(at[d]) ? at[d] : _space.Hyperparameters[d].ToUnit(at[d]);
        }
        double broad = 1;
        for (int d = 0; d < at.Length; d++)
        {
            broad *= double.IsNaN(at[d]) ? 1 : _uniform[d];
        }
        double density = _weights[^1] * broad;
        for (int k = 0; k < _points.Length; k++)
        {
            double product = _weights[k], exponent = 0;
            double[] centre = _points[k];
            for (int d = 0; d < at.Length; d++)
            {
                if (double.IsNaN(at[d]))
                {
                    continue;
                }
                if (double.IsNaN(centre[d]))
                {
                    product *= _uniform[d];
                }
                else if (IsChoice(d))
                {
                    product *= centre[d] == at[d] ? _same[d] : _other[d];
                }
                else
                {
                    double z = (at[d] - centre[d]) / _sigma;
                    exponent -= 0.5 * z * z;
                    product /= _mass[(int)(1000 * centre[d])];
                }
            }
            density += exponent == 0 ? product : product * Math.Exp(exponent);
        }
        return Math.Log(Math.Max(density, double.Epsilon));
    }

    private bool IsChoice(int dimension) => _space.Hyperparameters[dimension] is ChoiceHyperparameter;

    private double DrawChoice(int dimension, double centre, SeededRandom random)
    {
        int values = _space.Hyperparameters[dimension].Count!.Value;
        double value = random.NextDouble() < _same[dimension] - _other[dimension] ? centre : random.NextInt(values);
        return (value + 0.5) / values;
    }

    private double DrawNear(double centre, SeededRandom random)
    {
        for (int i = 0; i < 100; i++)
        {
            double value = centre + _sigma * random.NextNormal();
            if (value is >= 0 and <= 1)
            {
                return value;
            }
        }
        return centre;
    }

    // Of a kernel at a place: its normalisation within the unit interval.
    private double Mass(double centre) =>
        _sigma * Math.Sqrt(2 * Math.PI) * (NormalDistribution.Below((1 - centre) / _sigma) - NormalDistribution.Below(-centre / _sigma));

    private static double[] Fading(int count)
    {
        const int recent = 25;
        return [.. Enumerable.Range(0, count).Select(i => i >= count - recent ? 1 : 1.0 / count + (1 - 1.0 / count) * i / Math.Max(1, count - recent - 1))];
    }
}
