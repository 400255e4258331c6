using System.Globalization;
using System.Text;
using PruneSearch.Core.Stages;

namespace PruneSearch.Inference.Latency;

/// <summary>One model of a table.</summary>
/// <param name="Name">What the user calls it.</param>
/// <param name="Bytes">Size of its file.</param>
/// <param name="Report">Its speed beside the first model's.</param>
public sealed record LatencyRow(string Name, long Bytes, LatencyReport Report);

/// <summary>Models measured in one run, the first being what the others are compared with.</summary>
public sealed class LatencyTable
{
    private LatencyTable(IReadOnlyList<LatencyRow> rows) => Rows = rows;

    /// <summary>One row a model, in the order given; the first compares the first model with a second copy of itself.</summary>
    public IReadOnlyList<LatencyRow> Rows { get; }

    /// <summary>Measures models side by side.</summary>
    /// <param name="models">The dense model first.</param>
    /// <param name="options">How long to measure.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    /// <exception cref="FormatException">A file cannot be run; the message begins with its name.</exception>
    public static LatencyTable Measure(IReadOnlyList<LatencyCandidate> models, LatencyOptions options, TimeProvider time,
        CancellationToken cancellation = default)
    {
        if (models.Count == 0)
        {
            throw new ArgumentException("There is no model to measure.", nameof(models));
        }
        var reports = new LatencyMeter(time).CompareAll(models[0].Load, [.. models.Select(m => m.Load)], options, cancellation);
        return new LatencyTable([.. models.Zip(reports, (m, r) => new LatencyRow(m.Name, m.Bytes, r))]);
    }

    /// <summary>The table in Markdown, with the device above it.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        var device = Rows[0].Report.Device;
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{device.Processor}, {device.Engine}, {device.Threads} " +
            $"{(device.Threads == 1 ? "thread" : "threads")}{(device.Spinning ? ", spinning" : "")}, batch 1").AppendLine();
        text.AppendLine("| model | MB | median ms | p90 ms | speed-up | 95 % interval | sessions | runs | converged |")
            .AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var (name, bytes, r) in Rows)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {name} | {bytes / 1e6:F2} | {r.Milliseconds:F2} | {r.Percentile90:F2} | {r.SpeedUp:F2} | {r.SpeedUpLow:F2} – {r.SpeedUpHigh:F2} | " +
                $"{r.Sessions} | {r.Runs} | {(r.Converged ? "yes" : $"no, after {r.MaxSeconds:0.##} s")} |");
        }
        return text.ToString();
    }
}
