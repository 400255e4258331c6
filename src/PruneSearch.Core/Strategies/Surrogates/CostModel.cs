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
    private double[][]? _means;
    private (double[] Pruned, double[] Trained)[]? _nearest;

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

    /// <summary>How many numbers <see cref="Covariances"/> gives.</summary>
    public int Compared => _kernel.HasTraining ? 2 * _points.Count : _points.Count;

    /// <summary>What a configuration has in common with each that was seen: before training, then in training.</summary>
    public double[] Covariances(double[] point)
    {
        double[] covariances = new double[Compared];
        for (int i = 0; i < _points.Count; i++)
        {
            covariances[i] = _kernel.Pruned(point, _points[i]);
        }
        for (int i = _points.Count; i < covariances.Length; i++)
        {
            covariances[i] = _kernel.Trained(point, _points[i - _points.Count]);
        }
        return covariances;
    }

    /// <summary>A belief that is no surer than the true one: only the nearest observation counts. Quick.</summary>
    /// <param name="covariances">Of <see cref="Covariances"/>.</param>
    public Belief Rough(double[] covariances, int rung)
    {
        if (_means is null)
        {
            Summarise();
        }
        double largest = 0;
        var (pruned, trained) = _nearest![rung];
        for (int i = 0; i < _points.Count; i++)
        {
            double nearest = pruned[i] * covariances[i];
            largest = Math.Max(largest, _kernel.HasTraining ? nearest + trained[i] * covariances[_points.Count + i] : nearest);
        }
        double variance = _kernel.Variance - largest * largest / (_kernel.Variance + _kernel.Noise);
        return _scale.Belief(TensorPrimitives.Dot<double>(covariances, _means![rung]), Math.Max(0, variance), rung);
    }

    /// <summary>The belief at a rung.</summary>
    /// <param name="covariances">Of <see cref="Covariances"/>.</param>
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

    // Without the noise: hoping for luck gains nothing.
    private Belief Exact(double[] covariances, int rung, out double mean)
    {
        mean = _process.Mean(covariances);
        return _scale.Belief(mean, _process.Variance(covariances, _kernel.Variance, new double[covariances.Length]), rung);
    }

    private double[] AtRung(double[] covariances, int rung)
    {
        double[] at = new double[_seen.Count];
        for (int i = 0; i < at.Length; i++)
        {
            var (pruned, trained) = _kernel.Between(rung, _seen[i].Rung);
            at[i] = pruned * covariances[_seen[i].Place] + (_kernel.HasTraining ? trained * covariances[_points.Count + _seen[i].Place] : 0);
        }
        return at;
    }

    // By rung: the weights of covariances whose sum is the mean, and for each point the weights of the rung that says the most.
    private void Summarise()
    {
        int points = _points.Count;
        _means = [.. Enumerable.Range(0, _rungs).Select(_ => new double[_kernel.HasTraining ? 2 * points : points])];
        _nearest = [.. Enumerable.Range(0, _rungs).Select(_ => (new double[points], new double[points]))];
        double[] alpha = _process.Alpha;
        for (int rung = 0; rung < _rungs; rung++)
        {
            for (int i = 0; i < _seen.Count; i++)
            {
                var (pruned, trained) = _kernel.Between(rung, _seen[i].Rung);
                int place = _seen[i].Place;
                _means[rung][place] += pruned * alpha[i];
                if (_kernel.HasTraining)
                {
                    _means[rung][points + place] += trained * alpha[i];
                }
                if (pruned + trained > _nearest[rung].Pruned[place] + _nearest[rung].Trained[place])
                {
                    (_nearest[rung].Pruned[place], _nearest[rung].Trained[place]) = (pruned, trained);
                }
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
