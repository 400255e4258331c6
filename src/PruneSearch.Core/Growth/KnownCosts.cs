using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Growth;

/// <summary>Costs that a configuration tells by itself: with a level that is a share of MACs or parameters, they are what is left.</summary>
internal static class KnownCosts
{
    /// <summary>Them, one an objective; <see langword="null"/> where no configuration tells any.</summary>
    public static Func<Configuration, IReadOnlyList<double?>>? Of(IReadOnlyList<Objective> objectives, GrowthPlan growth)
    {
        var names = growth.Space.Hyperparameters.Select(h => h.Name).ToList();
        int level = names.IndexOf(SpaceKey.Level), target = names.IndexOf("target");
        bool oneSize = !names.Contains(SpaceKey.InputSize); // with several, a share of the MACs is one of different MACs
        if (target < 0 && !objectives.Any(o => Tells(growth.Prune.Target, o)))
        {
            return null;
        }
        return configuration =>
        {
            var choice = growth.Space.Hyperparameters[level] as ChoiceHyperparameter;
            double ratio = choice is null ? configuration[level] : PlainNumber.Parse(choice.Text(configuration[level]))!.Value;
            var share = target < 0 || double.IsNaN(configuration[target]) ? growth.Prune.Target
                : Enum.GetValues<PruneTarget>().First(t => EnumNames.Of(t) == growth.Space.Hyperparameters[target].Text(configuration[target]));
            return [.. objectives.Select(o => Tells(share, o) ? 1 - ratio : (double?)null)];
        };

        bool Tells(PruneTarget target, Objective objective) =>
            (target, objective) is (PruneTarget.Parameters, Objective.Parameters) || (oneSize && (target, objective) is (PruneTarget.Macs, Objective.Macs));
    }
}
