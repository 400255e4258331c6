namespace PruneSearch.Core.Strategies;

/// <summary>Makes strategies by their kind.</summary>
public static class StrategyCatalog
{
    /// <summary>The strategy of a kind for a problem.</summary>
    /// <exception cref="ArgumentException">The problem makes no sense, or the strategy cannot solve it; one line says why.</exception>
    public static ISearchStrategy Create(StrategyKind kind, StrategyProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        problem.RequireValid();
        return kind switch
        {
            StrategyKind.Adaptive => new AdaptiveStrategy(problem),
            StrategyKind.Grid => new GridStrategy(problem),
            StrategyKind.Random => new QuasiRandomStrategy(problem),
            StrategyKind.Nsga2 => new Nsga2Strategy(problem),
            StrategyKind.Tpe => new TpeStrategy(problem),
            StrategyKind.Asha => new AshaStrategy(problem),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown strategy"),
        };
    }
}
