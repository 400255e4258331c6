using System.Globalization;
using System.Text;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Cli.GrowthReports;

/// <summary>Which proposals were stopped at which rung, in Markdown.</summary>
internal static class RungTable
{
    private const int MostNames = 20;

    /// <summary>A table with a line a rung, and the names of what was stopped there.</summary>
    public static string Write(GrownResults results)
    {
        var text = new StringBuilder("| rung | trained | reached | stopped here | failed here | open |\n|---|---|---|---|---|---|\n");
        int top = results.Rungs.Count - 1;
        for (int rung = 0; rung <= top; rung++)
        {
            int reached = results.Tried.Count(t => t.Deepest?.Rung >= rung), stopped = rung == top ? 0 : Stopped(results, rung).Count;
            int failed = results.Tried.Count(t => t.HasFailed && (t.Deepest?.Rung ?? -1) + 1 == rung);
            int open = results.Tried.Count(t => t.IsRunning && !t.HasFailed && (t.Deepest?.Rung ?? -1) + 1 == rung);
            text.Append(CultureInfo.InvariantCulture,
                $"| {rung} | {Trained(results.Rungs[rung])} | {reached} | {(rung == top ? "–" : Number(stopped))} | {failed} | {open} |\n");
        }
        string between = "\n";
        for (int rung = 0; rung < top; rung++)
        {
            string[] names = [.. Stopped(results, rung).Select(t => $"`{results.NameOf(t)}`")];
            if (names.Length > 0)
            {
                string more = names.Length > MostNames ? $" and {names.Length - MostNames} more" : "";
                text.Append(CultureInfo.InvariantCulture, $"{between}- **Stopped at rung {rung}:** {string.Join(", ", names.Take(MostNames))}{more}\n");
                between = "";
            }
        }
        return text.ToString();
    }

    /// <summary>What got to a rung and was not asked for further.</summary>
    public static IReadOnlyList<TriedConfiguration> Stopped(GrownResults results, int rung) =>
        [.. results.Tried.Where(t => t.Deepest?.Rung == rung && !t.IsRunning && !t.HasFailed)];

    private static string Trained(double share) =>
        share == 0 ? "not at all" : string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} % of its last training");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
