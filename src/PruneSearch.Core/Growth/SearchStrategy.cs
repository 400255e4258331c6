using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Growth;

/// <summary>Asks a search's strategy: with its objectives, what is known of them before anything is tried, and what proposals cost.</summary>
public sealed class SearchStrategy
{
    /// <summary>Proposals of a round where a search is to be the same whatever its workers do.</summary>
    public const int RoundSize = 8;

    private readonly ISearchStrategy _strategy;
    private readonly ProposalPrices _prices;
    private readonly bool _inSeconds, _advances;
    private readonly int _top;

    /// <summary>The strategy that a search's plan names, on its space and with its seed.</summary>
    /// <param name="strategy">Decides instead of the one that the search names; for tests.</param>
    /// <exception cref="ArgumentException">The search does not grow, its space makes no sense, or its strategy cannot do with it.</exception>
    public SearchStrategy(SearchPlan plan, Func<StrategyProblem, ISearchStrategy>? strategy = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var growth = plan.Growth ?? throw new ArgumentException($"Search '{plan.Id}' does not grow.", nameof(plan));
        (_prices, _inSeconds) = (new ProposalPrices(growth), !growth.Reproducible);
        (_advances, _top) = (growth.Strategy == StrategyKind.Adaptive, growth.Rungs.Count - 1);
        var problem = new StrategyProblem
        {
            Space = growth.Space,
            Objectives = [.. plan.Objectives.Select(o => new StrategyObjective(EnumNames.Of(o), 1, o is Objective.Map50 or Objective.Map))],
            Rungs = growth.Rungs,
            Seed = growth.Seed,
            Known = KnownCosts.Of(plan.Objectives, growth),
            // Where nothing would be run there is nothing to learn.
            Price = (configuration, rung, history) => _prices.Price(configuration, rung, history) is > 0 and var price ? price : double.PositiveInfinity,
        }.RequireValid();
        var inner = strategy?.Invoke(problem) ?? StrategyCatalog.Create(growth.Strategy, problem);
        _strategy = growth.Reproducible ? new RoundsStrategy(inner, RoundSize) : inner;
    }

    /// <summary>Refuses what could not be proposed later.</summary>
    /// <exception cref="ArgumentException">The message says what is wrong.</exception>
    public static void Require(SearchPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _ = new SearchStrategy(plan);
        var middle = plan.Growth!.Space.At([.. plan.Growth.Space.Hyperparameters.Select(_ => 0.5)]);
        new ProposalLayout(plan).Lay(0, new Proposal { Configuration = middle, Rung = 0, Why = "" }, []);
    }

    /// <summary>What to try next, see <see cref="ISearchStrategy.Propose"/>. A price that is no time is left out.</summary>
    public IReadOnlyList<Proposal> Propose(StrategyHistory history, int slots)
    {
        bool known = _inSeconds && _prices.IsMeasured(history);
        var proposals = _strategy.Propose(history, slots).ToList();
        for (int i = 0; _advances && i < proposals.Count; i++)
        {
            history = history.With(proposals[i] = Advanced(proposals[i], history));
        }
        return [.. proposals.Select(p => p with { Price = !known ? null : double.IsFinite(p.Price ?? 0) ? p.Price : 0 })];
    }

    // Another training of a pruning that was tried begins at the first rung at which it differs: up to there its results are known, and free.
    private Proposal Advanced(Proposal proposal, StrategyHistory history)
    {
        int rung = proposal.Rung;
        double price = _prices.Price(proposal.Configuration, rung, history);
        while (price == 0 && rung < _top)
        {
            price = _prices.Price(proposal.Configuration, ++rung, history);
        }
        return proposal with { Rung = rung, Price = price };
    }
}
