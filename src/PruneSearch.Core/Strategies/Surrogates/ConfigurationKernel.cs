namespace PruneSearch.Core.Strategies.Surrogates;

/// <summary>
/// Covariance of what two configurations give at two rungs. Choices differ or not (Hamming), numbers by the square of their distance; a
/// hyperparameter that counts in one of them alone is as different as can be. One part is a product over hyperparameters (they work
/// together), the other a sum (each does its own, so that little data says much); rungs have less in common the farther they are apart.
/// </summary>
internal sealed class ConfigurationKernel
{
    private readonly bool[] _choice;
    private readonly int _dimensions;
    private readonly double[] _joint, _additive, _jointFactor, _additiveTerm;
    private readonly double _rungDecay;

    /// <summary>Makes it.</summary>
    /// <param name="space">The space.</param>
    /// <param name="logarithms">
    /// Of its parameters: rates of the joint part, of the additive part, their variances, noise, decay over rungs.
    /// </param>
    public ConfigurationKernel(SearchSpace space, double[] logarithms)
    {
        Logarithms = logarithms;
        _dimensions = space.Hyperparameters.Count;
        _choice = [.. space.Hyperparameters.Select(IsNominal)];
        double[] values = [.. logarithms.Select(Math.Exp)];
        _joint = values[.._dimensions];
        _additive = values[_dimensions..(2 * _dimensions)];
        JointVariance = values[2 * _dimensions];
        AdditiveVariance = values[2 * _dimensions + 1];
        Noise = values[2 * _dimensions + 2];
        _rungDecay = values[2 * _dimensions + 3];
        _jointFactor = [.. _joint.Select(r => Math.Exp(-r))];
        _additiveTerm = [.. _additive.Select(r => Math.Exp(-r))];
    }

    /// <summary>The parameters.</summary>
    public double[] Logarithms { get; }

    public double JointVariance { get; }

    public double AdditiveVariance { get; }

    /// <summary>Variance of what the same configuration gives another time.</summary>
    public double Noise { get; }

    /// <summary>Variance of a point without noise.</summary>
    public double Variance => JointVariance + AdditiveVariance;

    /// <summary>Where the fit begins, and what it is drawn to.</summary>
    public static (double[] Centre, double[] Deviation) Prior(SearchSpace space)
    {
        int d = space.Hyperparameters.Count;
        double[] joint = [.. space.Hyperparameters.Select(h => Math.Log(IsNominal(h) ? 2.0 / d : 4.0 / Math.Sqrt(d)))];
        double[] additive = [.. space.Hyperparameters.Select(h => Math.Log(IsNominal(h) ? 1.0 : 2.0))];
        return (
            [.. joint, .. additive, Math.Log(0.5), Math.Log(0.5), Math.Log(0.01), Math.Log(0.2)],
            [.. Enumerable.Repeat(1.2, 2 * d), 1, 1, 1.5, 1]);
    }

    /// <summary>How far two encoded configurations are apart in one hyperparameter: 0 to 1.</summary>
    public double Distance(int dimension, double a, double b) =>
        a.Equals(b) ? 0 : _choice[dimension] || double.IsNaN(a) || double.IsNaN(b) ? 1 : (a - b) * (a - b);

    /// <summary>Share of the covariance that is left between two rungs.</summary>
    public double Between(int rungA, int rungB) => rungA == rungB ? 1 : Math.Exp(-_rungDecay * Math.Abs(rungA - rungB));

    /// <summary>The covariance at one rung, without noise.</summary>
    public double Of(double[] a, double[] b)
    {
        double product = JointVariance, exponent = 0, sum = 0;
        for (int d = 0; d < _dimensions; d++)
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
                sum += Math.Exp(-_additive[d] * distance);
            }
        }
        return (exponent == 0 ? product : product * Math.Exp(-exponent)) + AdditiveVariance * sum / _dimensions;
    }

    /// <summary>Adds to the gradient of each parameter what one pair contributes: the weight times the covariance's derivative.</summary>
    public void AddGradient(double[] a, int rungA, double[] b, int rungB, double weight, double[] gradient)
    {
        double exponent = 0;
        Span<double> distances = stackalloc double[_dimensions];
        for (int d = 0; d < _dimensions; d++)
        {
            distances[d] = Distance(d, a[d], b[d]);
            exponent += _joint[d] * distances[d];
        }
        int apart = Math.Abs(rungA - rungB);
        double rungs = Between(rungA, rungB), product = JointVariance * Math.Exp(-exponent) * rungs;
        double sum = 0, share = AdditiveVariance * rungs / _dimensions;
        for (int d = 0; d < _dimensions; d++)
        {
            double term = distances[d] == 0 ? 1 : Math.Exp(-_additive[d] * distances[d]);
            sum += term;
            gradient[d] -= weight * product * _joint[d] * distances[d];
            gradient[_dimensions + d] -= weight * share * term * _additive[d] * distances[d];
        }
        gradient[2 * _dimensions] += weight * product;
        gradient[2 * _dimensions + 1] += weight * share * sum;
        gradient[2 * _dimensions + 3] -= weight * (product + share * sum) * _rungDecay * apart;
    }

    private static bool IsNominal(Hyperparameter h) => h is ChoiceHyperparameter { Ordered: false };
}
