namespace PruneSearch.Core.Strategies.Surrogates;

/// <summary>
/// Covariance of what two configurations give at two rungs: what the pruning alone does, and, the more the longer it is trained, what the
/// training does. Each has a <see cref="FactorKernel"/> of its own, since a learning rate changes nothing before the first step.
/// </summary>
internal sealed class ConfigurationKernel
{
    private const int Scalars = 4; // variance, noise, how fast training takes over, how fast rungs of training differ

    private readonly FactorKernel _pruned;
    private readonly FactorKernel? _trained;
    private readonly double _takeOver, _decay;

    /// <param name="logarithms">Of <see cref="Centre"/>'s parameters.</param>
    public ConfigurationKernel(SearchSpace space, double[] logarithms)
    {
        int factor = FactorKernel.Count(space);
        Variance = Math.Exp(logarithms[0]);
        Noise = Math.Exp(logarithms[1]);
        _takeOver = Math.Exp(logarithms[2]);
        _decay = Math.Exp(logarithms[3]);
        _pruned = new FactorKernel(space, logarithms.AsSpan(Scalars, factor));
        _trained = logarithms.Length > Scalars + factor ? new FactorKernel(space, logarithms.AsSpan(Scalars + factor)) : null;
    }

    /// <summary>Variance of a point, without noise.</summary>
    public double Variance { get; }

    /// <summary>Variance of what the same configuration gives another time.</summary>
    public double Noise { get; }

    /// <summary>Whether training has a part.</summary>
    public bool HasTraining => _trained is not null;

    /// <summary>Where the fit begins, and what it is drawn to; one standard deviation is 1.2 each.</summary>
    /// <param name="trained">Whether there are rungs that differ.</param>
    public static double[] Centre(SearchSpace space, bool trained) =>
    [
        0, Math.Log(0.01), Math.Log(0.3), Math.Log(0.2), .. FactorKernel.Centre(space), .. trained ? FactorKernel.Centre(space) : [],
    ];

    /// <summary>What two configurations have in common before training.</summary>
    public double Pruned(double[] a, double[] b) => Variance * _pruned.Of(a, b);

    /// <summary>What training of two configurations has in common; 0 where there is none.</summary>
    public double Trained(double[] a, double[] b) => _trained is null ? 0 : Variance * _trained.Of(a, b);

    /// <summary>The weights of <see cref="Pruned"/> and <see cref="Trained"/> in the covariance of two rungs.</summary>
    public (double Pruned, double Trained) Between(int rungA, int rungB)
    {
        if (_trained is null)
        {
            return (1, 0);
        }
        double leftA = Math.Exp(-_takeOver * rungA), leftB = Math.Exp(-_takeOver * rungB);
        return (Math.Sqrt(leftA * leftB), Math.Sqrt((1 - leftA) * (1 - leftB)) * Math.Exp(-_decay * Math.Abs(rungA - rungB)));
    }

    /// <summary>The covariance of two observations, without noise.</summary>
    public double Of(Observation a, Observation b)
    {
        var (pruned, trained) = Between(a.Rung, b.Rung);
        return pruned * Pruned(a.Point, b.Point) + (trained == 0 ? 0 : trained * Trained(a.Point, b.Point));
    }

    /// <summary>Adds the covariance's derivative by the logarithm of each parameter but the noise, times a weight.</summary>
    public void AddGradient(Observation a, Observation b, double weight, Span<double> gradient)
    {
        var (pruned, trained) = Between(a.Rung, b.Rung);
        double ofPruned = pruned * Pruned(a.Point, b.Point), ofTrained = trained == 0 ? 0 : trained * Trained(a.Point, b.Point);
        int factor = (gradient.Length - Scalars) / (_trained is null ? 1 : 2);
        gradient[0] += weight * (ofPruned + ofTrained);
        if (_trained is not null)
        {
            gradient[2] -= weight * ofPruned * _takeOver * 0.5 * (a.Rung + b.Rung);
            if (trained != 0)
            {
                gradient[2] += weight * ofTrained * 0.5 * (Growth(a.Rung) + Growth(b.Rung));
                gradient[3] -= weight * ofTrained * _decay * Math.Abs(a.Rung - b.Rung);
                _trained.AddGradient(a.Point, b.Point, weight * trained * Variance, gradient[(Scalars + factor)..]);
            }
        }
        _pruned.AddGradient(a.Point, b.Point, weight * pruned * Variance, gradient.Slice(Scalars, factor));
    }

    // Derivative of log(1 − exp(−rate · rung)) by the rate's logarithm.
    private double Growth(int rung)
    {
        double left = Math.Exp(-_takeOver * rung);
        return _takeOver * rung * left / (1 - left);
    }
}
