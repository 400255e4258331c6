namespace PruneSearch.Core.Strategies.Surrogates;

/// <summary>
/// Kernels that were fitted: a fit takes longer than a proposal may, so it is made anew only when there is a good deal more to learn from.
/// What it is made from follows from the history alone.
/// </summary>
/// <param name="problem">What to solve.</param>
internal sealed class KernelCache(StrategyProblem problem)
{
    private const int MostData = 80, Iterations = 30;
    private const double Growth = 1.3;

    private readonly Dictionary<int, (IReadOnlyList<Observation> Data, ConfigurationKernel Kernel)> _fitted = [];

    /// <summary>The first trials that a fit learns from, of so many.</summary>
    public static int Learned(int trials)
    {
        double count = 4;
        while (Math.Ceiling(count * Growth) <= trials)
        {
            count = Math.Ceiling(count * Growth);
        }
        return (int)Math.Min(count, trials);
    }

    /// <summary>The kernel for an objective.</summary>
    /// <param name="objective">Its place.</param>
    /// <param name="data">What it is fitted to.</param>
    public ConfigurationKernel Of(int objective, IReadOnlyList<Observation> data)
    {
        if (data.Count < 2)
        {
            return new ConfigurationKernel(problem.Space, ConfigurationKernel.Centre(problem.Space, trained: true));
        }
        if (!_fitted.TryGetValue(objective, out var known) || !known.Data.SequenceEqual(data, Same))
        {
            IReadOnlyList<Observation> learned = data.Count <= MostData ? data
                : [.. Enumerable.Range(0, MostData).Select(i => data[(int)((long)i * data.Count / MostData)])];
            var scale = new CostScale(learned, problem.Rungs.Count);
            _fitted[objective] = known = (data, KernelFit.Of(problem.Space, [.. learned.Select(scale.Of)], Iterations));
        }
        return known.Kernel;
    }

    private static readonly EqualityComparer<Observation> Same =
        EqualityComparer<Observation>.Create((a, b) => a.Rung == b.Rung && a.Value == b.Value && a.Point.AsSpan().SequenceEqual(b.Point), o => o.Rung);
}
