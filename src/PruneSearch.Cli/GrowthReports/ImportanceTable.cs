using System.Globalization;
using System.Text;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Importances;

namespace PruneSearch.Cli.GrowthReports;

/// <summary>How much each hyperparameter matters for each objective, in Markdown.</summary>
internal static class ImportanceTable
{
    private const double Certain = 0.3;

    /// <summary>A line a hyperparameter, a column an objective; a sentence where there is too little to say anything.</summary>
    public static string Write(GrownResults results)
    {
        var judged = results.Objectives.Select((o, i) => (Name: o.Title(), Result: FunctionalAnova.Of(
            results.Space,
            [.. results.Tried.SelectMany(t => t.Results.Select(r => new Observation(t.Configuration, r.Rung, GrownResults.Figure(o, r.Costs[i]))))],
            seed: 1))).ToList();
        if (judged.TrueForAll(j => j.Result is null))
        {
            return string.Create(CultureInfo.InvariantCulture, $"Too few results to say: at least {FunctionalAnova.Fewest} that differ are needed.\n");
        }
        var known = judged.Where(j => j.Result is not null).Select(j => (j.Name, Result: j.Result!)).ToList();
        var text = new StringBuilder($"| hyperparameter | {string.Join(" | ", known.Select(k => k.Name))} |\n|---|")
            .Append(string.Concat(known.Select(_ => "---|"))).Append('\n');
        foreach (string name in known[0].Result.Each.Select(e => e.Name))
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{name}` | {string.Join(" | ", known.Select(k => Share(k.Result, name)))} |\n");
        }
        string[] together = [.. known.Select(k => Percent(1 - k.Result.Each.Sum(e => e.Share)))];
        text.Append(CultureInfo.InvariantCulture, $"| only several together | {string.Join(" | ", together)} |\n\n");
        text.Append("Share of the variance over the whole space that each explains by itself, ± its standard deviation over the trees: functional " +
            "ANOVA of a random forest (Hutter, Hoos, Leyton-Brown 2014), of fully trained models where there are rungs. ");
        text.Append("Of results that a tree had not seen, the forest explains ")
            .AppendJoin(" and ", known.Select(k => $"{Percent(k.Result.Explained)} of the variance of {k.Name}"))
            .Append(known.Exists(k => k.Result.Explained < Certain) ? "; where that is little, its shares say little.\n" : ".\n");
        return text.ToString();
    }

    private static string Share(ImportanceResult result, string name)
    {
        var one = result.Each.First(e => e.Name == name);
        return string.Create(CultureInfo.InvariantCulture, $"{one.Share * 100:0} ± {one.Deviation * 100:0} %");
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, share) * 100:0} %");
}
