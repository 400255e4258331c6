using System.Text;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Cli.GrowthReports;

/// <summary>Proposals as CSV (RFC 4180), a line each: what was proposed and why, how far it got, and what came of it.</summary>
internal static class ProposalsCsv
{
    public static string Write(GrownResults results)
    {
        string[] objectives = [.. results.Objectives.Select(o => o.Title().Replace('-', '_').Replace(' ', '_').ToLowerInvariant())];
        string[] keys = [.. results.Space.Hyperparameters.Select(h => h.Name)];
        var text = new StringBuilder();
        CsvText.AppendLine(
            text,
            ["number", "trajectory", "continues", "asked_rung", "reached_rung", "state", "expected_seconds", "seconds", .. objectives, .. keys, "why"]);
        foreach (var trial in results.Trials)
        {
            var last = trial.Results.Count > 0 ? trial.Results[^1] : null;
            CsvText.AppendLine(text,
            [
                trial.Number, results.Names[trial.Number], trial.Proposal.Continues, trial.Rung, last?.Rung, EnumNames.Of(trial.State),
                trial.Proposal.Price is { } price ? Math.Round(price, 1) : null, Math.Round(trial.Results.Sum(r => r.Seconds), 1),
                .. results.Objectives.Select((o, i) => (object?)(last is null ? null : Math.Round(GrownResults.Figure(o, last.Costs[i]), 6))),
                .. results.Space.Hyperparameters.Select((h, i) => Value(h, trial.Configuration[i])), trial.Proposal.Why,
            ]);
        }
        return text.ToString();
    }

    private static string? Value(Hyperparameter hyperparameter, double value) => double.IsNaN(value) ? null : hyperparameter.Text(value);
}
