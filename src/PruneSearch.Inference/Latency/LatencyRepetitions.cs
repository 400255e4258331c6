using System.Globalization;
using System.Text;

namespace PruneSearch.Inference.Latency;

/// <summary>The same models measured again and again.</summary>
public static class LatencyRepetitions
{
    /// <summary>
    /// Speed-ups of each repetition in Markdown, and how far the outermost lies from their mean: what a single measurement can
    /// be trusted with.
    /// </summary>
    /// <param name="tables">Tables of the same models.</param>
    public static string ToMarkdown(IReadOnlyList<LatencyTable> tables)
    {
        var text = new StringBuilder();
        text.Append("| model |").AppendJoin("", tables.Select((_, i) => $" run {i + 1} |")).AppendLine(" within |");
        text.Append("|---|").AppendJoin("", tables.Select(_ => "---|")).AppendLine("---|");
        for (int row = 0; row < tables[0].Rows.Count; row++)
        {
            double[] ratios = [.. tables.Select(t => t.Rows[row].Report.SpeedUp)];
            text.Append(CultureInfo.InvariantCulture, $"| {tables[0].Rows[row].Name} |");
            text.AppendJoin("", ratios.Select(r => string.Create(CultureInfo.InvariantCulture, $" {r:F3} |")));
            text.AppendLine(CultureInfo.InvariantCulture, $" ±{Deviation(ratios) * 100:F1} % |");
        }
        return text.ToString();
    }

    /// <summary>Largest distance of a value from the mean, as a share of it.</summary>
    public static double Deviation(IReadOnlyCollection<double> values)
    {
        double mean = values.Average();
        return values.Max(v => Math.Abs(v / mean - 1));
    }
}
