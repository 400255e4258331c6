using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Cli.GrowthReports;

/// <summary>What a search came to that decided itself what to try.</summary>
internal sealed record GrownResults
{
    /// <summary>The user's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>What could be chosen.</summary>
    public required SearchSpace Space { get; init; }

    /// <summary>What was weighed: costs of results stand in this order.</summary>
    public required IReadOnlyList<Objective> Objectives { get; init; }

    /// <summary>Shares of the last training after which a trajectory may be stopped, ascending; the last is 1.</summary>
    public required IReadOnlyList<double> Rungs { get; init; }

    /// <summary>What was proposed, in the order of the log.</summary>
    public required IReadOnlyList<Trial> Trials { get; init; }

    /// <summary>Names of the trajectories, one a trial.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The frontier's volume whenever it grew.</summary>
    public required IReadOnlyList<VolumePoint> Curve { get; init; }

    /// <summary>What was tried, each configuration once, with the last of its results.</summary>
    public IReadOnlyList<TriedConfiguration> Tried => field ??= new StrategyHistory(Trials).Tried;

    /// <summary>Whether trajectories could be stopped before their end.</summary>
    public bool Stops => Rungs.Count > 1;

    /// <summary>Configurations of which no other is better in every objective, each as far as it got: one that was stopped early may be among them.</summary>
    public IReadOnlySet<Configuration> Frontier
    {
        get
        {
            var known = Tried.Where(t => t.Deepest is not null).ToList();
            bool[] on = ParetoFrontier.Of([.. known.Select(t => t.Deepest!.Costs.ToArray())]);
            return known.Where((_, i) => on[i]).Select(t => t.Configuration).ToHashSet();
        }
    }

    /// <summary>Name of the last trajectory of a configuration.</summary>
    public string NameOf(TriedConfiguration tried) => Names[Trials.Last(t => t.Configuration == tried.Configuration).Number];

    /// <summary>A cost as people read it: accuracies, speed-up, shares of the original.</summary>
    public static double Figure(Objective objective, double cost) => objective switch
    {
        Objective.Map50 or Objective.Map => 1 - cost,
        Objective.Latency => 1 / cost,
        _ => cost,
    };
}
