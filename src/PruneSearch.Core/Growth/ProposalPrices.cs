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
    private StrategyHistory? _last;
    private Rates? _rates;

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
        if (!ReferenceEquals(_last, history))
        {
            // A proposal more tells nothing of what anything takes: only results do.
            _rates = !Know(history.Trials) && _rates is { } rates ? rates : WithFactors(Learn());
            _last = history;
        }
        return _rates!.Value;
    }

    // One history mostly goes on from the one before: only what differs is looked at. Returns whether what was measured differs.
    private bool Know(IReadOnlyList<Trial> trials)
    {
        int same = 0;
        bool differs = false;
        foreach (var trial in trials)
        {
            if (same == _trials.Count || !_trials[same].IsOf(trial))
            {
                break;
            }
            differs |= _trials[same++].Take(trial.Results);
        }
        foreach (var gone in _trials.Skip(same))
        {
            differs |= gone.Results.Count > 0;
            foreach (var (id, _, _) in gone.Own)
            {
                _known.Remove(id);
            }
        }
        _trials.RemoveRange(same, _trials.Count - same);
        foreach (var trial in trials.Skip(same))
        {
            var own = _stages.Of(trial.Configuration, trial.Rung).Where(s => _known.Add(s.Id)).ToArray();
            _trials.Add(new TrialStages(trial.Configuration, trial.Rung, own, PriceFactors.Features(growth.Space, trial.Configuration)));
            differs |= _trials[^1].Take(trial.Results);
        }
        return differs;
    }

    // Least squares of relative errors: seconds = stages · a + steps · b.
    private Rates Learn()
    {
        double aa = 0, ab = 0, bb = 0, a1 = 0, b1 = 0;
        foreach (var trial in _trials)
        {
            for (int i = 0; i < trial.Results.Count; i++)
            {
                var result = trial.Results[i];
                if (result.Seconds > 0)
                {
                    var (count, trained) = trial.At(result.Rung);
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

    // Where prices are nominal they are exact, and all factors 1.
    private Rates WithFactors(Rates rates)
    {
        foreach (var trial in _trials)
        {
            for (int i = 0; i < trial.Results.Count; i++)
            {
                var result = trial.Results[i];
                var (count, steps) = trial.At(result.Rung);
                rates.Factors.Add(trial.Features, result.Rung > 0, result.Seconds / rates.Of(count, steps));
            }
        }
        return rates;
    }

    private readonly record struct Rates(double PerStage, double PerStep, bool IsMeasured, PriceFactors Factors)
    {
        public double Of(double stages, double steps) => stages * PerStage + steps * PerStep;
    }

    /// <summary>
    /// The stages that a trial is the first one to have, and what they took. All trials are looked at again and again: nothing of it is made anew.
    /// </summary>
    private sealed class TrialStages(Configuration configuration, int rung, (ulong Id, int Steps, int Rung)[] own, (int Place, double Value)[] features)
    {
        public (ulong Id, int Steps, int Rung)[] Own => own;

        public (int Place, double Value)[] Features => features;

        public IReadOnlyList<RungResult> Results { get; private set; } = [];

        public bool IsOf(Trial trial) =>
            rung == trial.Rung && (ReferenceEquals(configuration, trial.Configuration) || configuration.Equals(trial.Configuration));

        /// <summary>Takes its results in.</summary>
        /// <returns>Whether they may be others than before.</returns>
        public bool Take(IReadOnlyList<RungResult> results)
        {
            bool differ = !ReferenceEquals(results, Results) && results.Count + Results.Count > 0;
            Results = results;
            return differ;
        }

        public (double Stages, double Steps) At(int at)
        {
            (double stages, double steps) = (0, 0);
            foreach (var stage in own)
            {
                (stages, steps) = stage.Rung == at ? (stages + 1, steps + stage.Steps) : (stages, steps);
            }
            return (stages, steps);
        }
    }
}
