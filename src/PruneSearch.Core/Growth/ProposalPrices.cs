using PruneSearch.Core.Searches;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Growth;

/// <summary>
/// What a proposal is expected to cost: seconds of its new stages, from what finished ones took, a share for each stage and one for each
/// optimizer step, times what its values made of that so far. Stages that earlier trials have are free. It follows from the history alone.
/// </summary>
internal sealed class ProposalPrices(GrowthPlan growth)
{
    private readonly ConfigurationStages _stages = new(growth);
    private readonly List<TrialStages> _trials = [];
    private readonly HashSet<ulong> _known = [];
    private (StrategyHistory History, Rates Rates)? _last;

    /// <summary>Whether anything was measured: before that, prices are in optimizer steps.</summary>
    public bool IsMeasured(StrategyHistory history) => Of(history).IsMeasured;

    /// <summary>Seconds of new work to bring a configuration to a rung.</summary>
    public double Price(Configuration configuration, int rung, StrategyHistory history)
    {
        var rates = Of(history);
        double pruning = 0, training = 0;
        foreach (var (id, steps, of) in _stages.Of(configuration, rung))
        {
            double price = _known.Contains(id) ? 0 : rates.Of(1, steps);
            (pruning, training) = of == 0 ? (pruning + price, training) : (pruning, training + price);
        }
        return (pruning > 0 ? pruning * rates.Factors.Of(configuration, trained: false) : 0)
            + (training > 0 ? training * rates.Factors.Of(configuration, trained: true) : 0);
    }

    private Rates Of(StrategyHistory history)
    {
        if (_last is not { } last || !ReferenceEquals(last.History, history))
        {
            Know(history.Trials);
            _last = last = (history, WithFactors(Learn(history.Trials), history.Trials));
        }
        return last.Rates;
    }

    // One history mostly goes on from the one before: only what differs is looked at.
    private void Know(IReadOnlyList<Trial> trials)
    {
        int same = trials.Zip(_trials, (trial, known) => known.IsOf(trial)).TakeWhile(same => same).Count();
        foreach (var (id, _, _) in _trials.Skip(same).SelectMany(t => t.Own))
        {
            _known.Remove(id);
        }
        _trials.RemoveRange(same, _trials.Count - same);
        foreach (var trial in trials.Skip(same))
        {
            _trials.Add(new TrialStages(trial.Configuration, trial.Rung, [.. _stages.Of(trial.Configuration, trial.Rung).Where(s => _known.Add(s.Id))]));
        }
    }

    // Least squares of relative errors: seconds = stages · a + steps · b.
    private Rates Learn(IReadOnlyList<Trial> trials)
    {
        double aa = 0, ab = 0, bb = 0, a1 = 0, b1 = 0;
        foreach (var (trial, stagesOf) in trials.Zip(_trials))
        {
            foreach (var result in trial.Results)
            {
                if (result.Seconds > 0)
                {
                    var (count, trained) = stagesOf.At(result.Rung);
                    var (stages, steps) = (count / result.Seconds, trained / result.Seconds);
                    (aa, ab, bb, a1, b1) = (aa + stages * stages, ab + stages * steps, bb + steps * steps, a1 + stages, b1 + steps);
                }
            }
        }
        double determinant = aa * bb - ab * ab;
        if (determinant > 1e-9 * aa * bb && (bb * a1 - ab * b1) / determinant is >= 0 and var a && (aa * b1 - ab * a1) / determinant is >= 0 and var b)
        {
            return new Rates(a, b, true, new PriceFactors(growth.Space));
        }
        // Of one of them alone, or both in the nominal proportion.
        double n1 = GrowthHistory.NominalStage * a1 + b1;
        double nn = GrowthHistory.NominalStage * GrowthHistory.NominalStage * aa + 2 * GrowthHistory.NominalStage * ab + bb;
        double scale = nn > 0 ? n1 / nn : 1;
        return new Rates(GrowthHistory.NominalStage * scale, scale, nn > 0, new PriceFactors(growth.Space));
    }

    // Where prices are nominal there is nothing to learn about them.
    private Rates WithFactors(Rates rates, IReadOnlyList<Trial> trials)
    {
        foreach (var (trial, stages) in growth.Reproducible ? [] : trials.Zip(_trials))
        {
            foreach (var result in trial.Results)
            {
                var (count, steps) = stages.At(result.Rung);
                rates.Factors.Add(trial.Configuration, result.Rung > 0, result.Seconds / rates.Of(count, steps));
            }
        }
        return rates;
    }

    private readonly record struct Rates(double PerStage, double PerStep, bool IsMeasured, PriceFactors Factors)
    {
        public double Of(double stages, double steps) => stages * PerStage + steps * PerStep;
    }

    /// <summary>The stages that a trial is the first one to have.</summary>
    private sealed record TrialStages(Configuration Configuration, int Rung, (ulong Id, int Steps, int Rung)[] Own)
    {
        public bool IsOf(Trial trial) =>
            Rung == trial.Rung && (ReferenceEquals(Configuration, trial.Configuration) || Configuration.Equals(trial.Configuration));

        public (double Stages, double Steps) At(int rung)
        {
            (double stages, double steps) = (0, 0);
            foreach (var stage in Own)
            {
                (stages, steps) = stage.Rung == rung ? (stages + 1, steps + stage.Steps) : (stages, steps);
            }
            return (stages, steps);
        }
    }
}
