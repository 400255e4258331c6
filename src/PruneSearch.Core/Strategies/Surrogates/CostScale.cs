namespace PruneSearch.Core.Strategies.Surrogates;

/// <summary>
/// The scale on which a Gaussian process sees costs: warped, then by the mean and the scatter that all configurations would have at each rung.
/// </summary>
internal sealed class CostScale
{
    private const int Enough = 4;

    private readonly Warp _warp;
    private readonly double[] _means, _scatters;

    /// <summary>The scale of some observations of costs.</summary>
    /// <param name="data">At least one.</param>
    /// <param name="rungs">How many rungs there are.</param>
    public CostScale(IReadOnlyList<Observation> data, int rungs)
    {
        _warp = Warp.Of([.. data.Select(d => d.Value)]);
        List<Observation> warped = [.. data.Select(d => d with { Value = _warp.To(d.Value) })];
        (_means, _scatters) = (new double[rungs], new double[rungs]);
        // Only good configurations get far: how a rung differs from the one below it is what those say that were seen at both.
        var below = At(warped, warped.Min(d => d.Rung));
        _means[0] = below.Values.Average();
        _scatters[0] = below.Count >= Enough ? Scatter(below.Values) : Scatter([.. warped.Select(d => d.Value)]);
        for (int r = 1; r < rungs; r++)
        {
            var here = At(warped, r);
            var both = here.Keys.Where(below.ContainsKey).ToList();
            (_means[r], _scatters[r]) = (_means[r - 1], _scatters[r - 1]);
            if (both.Count > 0 && below != here)
            {
                double before = both.Average(p => below[p]), after = both.Average(p => here[p]);
                double ratio = both.Count < Enough ? 1 : Scatter([.. both.Select(p => here[p])]) / Scatter([.. both.Select(p => below[p])]);
                ratio = Math.Clamp(ratio, 0.3, 3);
                (_means[r], _scatters[r]) = (after + ratio * (_means[r - 1] - before), ratio * _scatters[r - 1]);
            }
            below = here.Count > 0 ? here : below;
        }
    }

    /// <summary>An observation of a cost on this scale.</summary>
    public Observation Of(Observation o) => o with { Value = (_warp.To(o.Value) - _means[o.Rung]) / _scatters[o.Rung] };

    /// <summary>What is thought of a cost when a process thinks this of its place on the scale.</summary>
    public Belief Belief(double mean, double variance, int rung) =>
        new(_warp.Floor, _means[rung] + _scatters[rung] * mean, _scatters[rung] * Math.Sqrt(Math.Max(variance, 1e-12)));

    private static Dictionary<double[], double> At(List<Observation> data, int rung)
    {
        var at = new Dictionary<double[], double>(ReferenceEqualityComparer.Instance);
        foreach (var d in data.Where(d => d.Rung == rung))
        {
            at[d.Point] = d.Value;
        }
        return at;
    }

    private static double Scatter(IReadOnlyCollection<double> values)
    {
        double mean = values.Average();
        return Math.Max(Math.Sqrt(values.Average(v => (v - mean) * (v - mean))), 1e-6);
    }
}
