namespace PruneSearch.Core.Strategies.Surrogates;

/// <summary>
/// Covariance of two configurations. Choices differ or not (Hamming), numbers by the square of their distance; a hyperparameter that counts in one
/// of them alone is as different as can be. One part is a product over hyperparameters (they work together; squared exponential), the other
/// a mean (each does its own, so that little data says much; rational quadratic).
/// </summary>
internal sealed class FactorKernel
{
    private readonly bool[] _nominal;
    private readonly double[] _joint, _additive, _jointFactor, _additiveTerm;
    private readonly double _jointVariance, _additiveVariance;

    /// <param name="logarithms">Of <see cref="Count"/> parameters: rates of the joint part, of the additive part, the additive part's share as odds.</param>
    public FactorKernel(SearchSpace space, ReadOnlySpan<double> logarithms)
    {
        int dimensions = space.Hyperparameters.Count;
        _nominal = [.. space.Hyperparameters.Select(IsNominal)];
        double[] values = [.. logarithms.ToArray().Select(Math.Exp)];
        _joint = values[..dimensions];
        _additive = values[dimensions..(2 * dimensions)];
        _additiveVariance = values[^1] / (1 + values[^1]);
        _jointVariance = 1 - _additiveVariance;
        _jointFactor = [.. _joint.Select(r => Math.Exp(-r))];
        _additiveTerm = [.. _additive.Select(r => 1 / (1 + r))];
    }

    /// <summary>How many parameters there are.</summary>
    public static int Count(SearchSpace space) => 2 * space.Hyperparameters.Count + 1;

    /// <summary>Where the fit begins, and what it is drawn to.</summary>
    public static double[] Centre(SearchSpace space)
    {
        int d = space.Hyperparameters.Count;
        return
        [
            .. space.Hyperparameters.Select(h => Math.Log(IsNominal(h) ? 2.0 / d : 4.0 / Math.Sqrt(d))),
            .. space.Hyperparameters.Select(h => Math.Log(IsNominal(h) ? 1.0 : 2.0)),
            0,
        ];
    }

    /// <summary>The covariance: 1 for equal ones.</summary>
    public double Of(double[] a, double[] b)
    {
        double product = _jointVariance, exponent = 0, sum = 0;
        for (int d = 0; d < _joint.Length; d++)
        {
            double distance = Distance(d, a[d], b[d]);
            if (distance == 0)
            {
                sum += 1;
            }
            else if (distance == 1)
            {
                product *= _jointFactor[d];
                sum += _additiveTerm[d];
            }
            else
            {
                exponent += _joint[d] * distance;
                sum += 1 / (1 + _additive[d] * distance);
            }
        }
        return (exponent == 0 ? product : product * Math.Exp(-exponent)) + _additiveVariance * sum / _joint.Length;
    }

    /// <summary>Adds the covariance's derivative by each parameter, times a weight.</summary>
    public void AddGradient(double[] a, double[] b, double weight, Span<double> gradient)
    {
        int dimensions = _joint.Length;
        double exponent = 0, sum = 0;
        for (int d = 0; d < dimensions; d++)
        {
            double distance = Distance(d, a[d], b[d]), term = 1 / (1 + _additive[d] * distance);
            exponent += _joint[d] * distance;
            sum += term;
            gradient[dimensions + d] -= weight * _additiveVariance / dimensions * term * term * _additive[d] * distance;
        }
        double product = Math.Exp(-exponent);
        for (int d = 0; d < dimensions; d++)
        {
            gradient[d] -= weight * _jointVariance * product * _joint[d] * Distance(d, a[d], b[d]);
        }
        gradient[2 * dimensions] += weight * _additiveVariance * _jointVariance * (sum / dimensions - product);
    }

    private double Distance(int dimension, double a, double b) =>
        a.Equals(b) ? 0 : _nominal[dimension] || double.IsNaN(a) || double.IsNaN(b) ? 1 : (a - b) * (a - b);

    private static bool IsNominal(Hyperparameter h) => h is ChoiceHyperparameter { Ordered: false };
}
