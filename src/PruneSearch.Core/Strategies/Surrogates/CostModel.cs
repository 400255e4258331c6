using System.Numerics.Tensors;

namespace PruneSearch.Core.Strategies.Surrogates;

/// <summary>What is thought of one objective everywhere in the space, from what was seen: a Gaussian process on a <see cref="CostScale"/>.</summary>
internal sealed class CostModel
{
    private readonly ConfigurationKernel _kernel;
    private readonly GaussianProcess _process;
    private readonly CostScale _scale;
    private readonly int _rungs;
    private readonly List<(int Place, int Rung)> _seen = []; // each observation's place among the points
    private readonly List<double[]> _points = [];
    private readonly Dictionary<double[], int> _places = new(ReferenceEqualityComparer.Instance);
    private double[][]? _means, _nearest;

    /// <summary>Makes it from what was seen.</summary>
    /// <param name="data">Encoded configurations (one array each) with rungs and costs, at least one.</param>
    /// <param name="rungs">How many rungs there are.</param>
    /// <param name="kernel">A kernel for standardised costs.</param>
    public CostModel(IReadOnlyList<Observation> data, int rungs, ConfigurationKernel kernel)
    {
        _scale = new CostScale(data, rungs);
        _kernel = kernel;
        _rungs = rungs;
        Observation[] scaled = [.. data.Select(_scale.Of)];
        _process = KernelFit.Process(kernel, scaled);
        foreach (var observation in scaled)
        {
            See(observation.Point, observation.Rung);
        }
    }

    /// <summary>What a configuration has in common with each that was seen, as if all were at one rung.</summary>
    public double[] Covariances(double[] point)
    {
        double[] covariances = new double[_points.Count];
        for (int i = 0; i < covariances.Length; i++)
        {
            covariances[i] = _kernel.Of(point, _points[i]);
        }
        return covariances;
    }

    /// <summary>A belief that is no surer than the true one: only the nearest observation counts. Quick.</summary>
    /// <param name="covariances">Of <see cref="Covariances"/>.</param>
    /// <param name="rung">Where.</param>
    public Belief Rough(double[] covariances, int rung)
    {
        if (_means is null)
        {
            Summarise();
        }
        double largest = 0;
        double[] nearest = _nearest![rung];
        for (int i = 0; i < covariances.Length; i++)
        {
            largest = Math.Max(largest, covariances[i] * nearest[i]);
        }
        double variance = _kernel.Variance - largest * largest / (_kernel.Variance + _kernel.Noise);
        return _scale.Belief(TensorPrimitives.Dot<double>(covariances, _means![rung]), Math.Max(0, variance) + _kernel.Noise, rung);
    }

    /// <summary>The belief at a rung.</summary>
    /// <param name="covariances">Of <see cref="Covariances"/>.</param>
    /// <param name="rung">Where.</param>
    public Belief Exact(double[] covariances, int rung) => Exact(AtRung(covariances, rung), rung, out _);

    /// <summary>Takes an outcome for granted that is still awaited: what is expected.</summary>
    public Belief Await(double[] point, int rung)
    {
        double[] covariances = AtRung(Covariances(point), rung);
        var belief = Exact(covariances, rung, out double mean);
        _process.Add(covariances, _kernel.Variance + _kernel.Noise, mean);
        See(point, rung);
        return belief;
    }

    // What will be seen has noise, and the frontier is of what was seen.
    private Belief Exact(double[] covariances, int rung, out double mean)
    {
        mean = _process.Mean(covariances);
        return _scale.Belief(mean, _process.Variance(covariances, _kernel.Variance, new double[covariances.Length]) + _kernel.Noise, rung);
    }

    private double[] AtRung(double[] covariances, int rung)
    {
        double[] at = new double[_seen.Count];
        for (int i = 0; i < at.Length; i++)
        {
            at[i] = covariances[_seen[i].Place] * _kernel.Between(rung, _seen[i].Rung);
        }
        return at;
    }

    // By rung and point: the weights whose sum is the mean, and how much of the covariance the nearest rung leaves.
    private void Summarise()
    {
        _means = [.. Enumerable.Range(0, _rungs).Select(_ => new double[_points.Count])];
        _nearest = [.. Enumerable.Range(0, _rungs).Select(_ => new double[_points.Count])];
        double[] alpha = _process.Alpha;
        for (int rung = 0; rung < _rungs; rung++)
        {
            for (int i = 0; i < _seen.Count; i++)
            {
                double between = _kernel.Between(rung, _seen[i].Rung);
                _means[rung][_seen[i].Place] += between * alpha[i];
                _nearest[rung][_seen[i].Place] = Math.Max(_nearest[rung][_seen[i].Place], between);
            }
        }
    }

    private void See(double[] point, int rung)
    {
        if (!_places.TryGetValue(point, out int place))
        {
            _places[point] = place = _points.Count;
            _points.Add(point);
        }
        _seen.Add((place, rung));
        _means = null;
    }
}
