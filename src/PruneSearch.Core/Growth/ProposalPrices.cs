using PruneSearch.Core.Searches;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Growth;

/// <summary>
/// What a proposal is expected to cost: seconds of its new stages, from what finished ones took, a share for each stage and one for each
/// optimizer step. Stages that earlier trials have are free. It follows from the history alone.
/// </summary>
internal sealed class ProposalPrices(GrowthPlan growth)
{
    private readonly ConfigurationStages _stages = new(growth);
    private (StrategyHistory History, Known Known)? _last;

    /// <summary>Whether anything was measured: before that, prices are in optimizer steps.</summary>
    public bool IsMeasured(StrategyHistory history) => Of(history).IsMeasured;

    /// <summary>Seconds of new work to bring a configuration to a rung.</summary>
    public double Price(Configuration configuration, int rung, StrategyHistory history)
    {
        var known = Of(history);
        double price = 0;
        foreach (var (id, steps, _) in _stages.Of(configuration, rung))
        {
            price += known.Stages.Contains(id) ? 0 : known.PerStage + steps * known.PerStep;
        }
        return price;
    }

    private Known Of(StrategyHistory history)
    {
        if (_last is not { } last || !ReferenceEquals(last.History, history))
        {
            _last = last = (history, Learn(history));
        }
        return last.Known;
    }

    private Known Learn(StrategyHistory history)
    {
        var known = new HashSet<ulong>();
        // Least squares of relative errors: seconds = stages · a + steps · b.
        double aa = 0, ab = 0, bb = 0, a1 = 0, b1 = 0;
        foreach (var trial in history.Trials)
        {
            var own = _stages.Of(trial.Configuration, trial.Rung).Where(s => known.Add(s.Id)).ToList();
            foreach (var result in trial.Results.Where(r => r.Seconds > 0))
            {
                double stages = own.Count(s => s.Rung == result.Rung) / result.Seconds;
                double steps = own.Where(s => s.Rung == result.Rung).Sum(s => (double)s.Steps) / result.Seconds;
                (aa, ab, bb, a1, b1) = (aa + stages * stages, ab + stages * steps, bb + steps * steps, a1 + stages, b1 + steps);
            }
        }
        double determinant = aa * bb - ab * ab;
        if (determinant > 1e-9 * aa * bb && (bb * a1 - ab * b1) / determinant is >= 0 and var a && (aa * b1 - ab * a1) / determinant is >= 0 and var b)
        {
            return new Known(known, a, b, true);
        }
        // Of one of them alone, or both in the nominal proportion.
        double n1 = GrowthHistory.NominalStage * a1 + b1;
        double nn = GrowthHistory.NominalStage * GrowthHistory.NominalStage * aa + 2 * GrowthHistory.NominalStage * ab + bb;
        double scale = nn > 0 ? n1 / nn : 1;
        return new Known(known, GrowthHistory.NominalStage * scale, scale, nn > 0);
    }

    private sealed record Known(HashSet<ulong> Stages, double PerStage, double PerStep, bool IsMeasured);
}
