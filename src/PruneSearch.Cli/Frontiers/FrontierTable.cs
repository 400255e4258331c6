using System.Globalization;
using PruneSearch.Core;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using Spectre.Console;

namespace PruneSearch.Cli.Frontiers;

/// <summary>The models of a search as a table.</summary>
internal static class FrontierTable
{
    /// <summary>Writes the table and what is to be known about it.</summary>
    /// <param name="view">The models.</param>
    /// <param name="brief">Whether only the originals and the frontier have lines.</param>
    public static void Write(CliContext context, FrontierView view, bool brief = false)
    {
        var shown = view with { Points = [.. view.Points.Where(p => !brief || p.OnFrontier || p.Schedule == ScheduleKind.Base)] };
        var notes = shown.Points.SelectMany(p => p.Report.Warnings).Distinct().ToList();
        Consoles.For(context).Write(Table(shown, notes));
        for (int i = 0; i < notes.Count; i++)
        {
            context.Output.WriteLine($"({i + 1}) {ErrorText.OneLine(notes[i])}");
        }
        int on = view.Points.Count(p => p.OnFrontier);
        context.Output.WriteLine($"{on} of {view.Points.Count} models are on the frontier of {string.Join(" and ", view.Objectives.Select(Name))} (marked *).");
        double[] widths = [.. view.Points.Select(p => p.Report.Map50Interval).OfType<ConfidenceInterval>().Select(i => (i.High - i.Low) / 2 * 100)];
        if (widths.Length > 0)
        {
            context.Output.WriteLine(Text($"Points: mAP50 in hundredths beyond the original on the same pictures, with the 95 % interval of that difference ") +
                Text($"(1,000 resamples); an mAP50 by itself is known to ±{widths.Average():0.0} points here, on the average."));
        }
        if (view.Points is [{ Iteration: 0, Report.Unpruned: { Removed: > 0 } before }, ..])
        {
            context.Output.WriteLine("Pruned: share of the original's channels. The original was pruned before: " +
                Text($"of all channels of the unpruned network, {before.Removed:P0} were gone."));
        }
        if (view.Points.Any(p => p.SlowerThanParent))
        {
            context.Output.WriteLine("Slower than its parent: pruned or quantised further, and yet not as fast as what it was made from.");
        }
        var devices = view.Points.Select(p => p.Report.Latency.Device).Distinct().ToList();
        if (devices.Count > 1)
        {
            context.Output.WriteLine($"Measured on {devices.Count} devices: each has a frontier of its own, their latencies are not compared.");
        }
        foreach (var device in devices)
        {
            context.Output.WriteLine(
                $"Latency: batch 1, median, {device.Engine}, {device.Threads} thread{(device.Threads == 1 ? "" : "s")}" +
                $"{(device.Spinning ? ", spinning" : "")}, {device.Processor}; speed-up against the original measured beside it, 95 % interval.");
        }
        if (view.Points.FirstOrDefault(p => p.Report.Processing is not null)?.Report.Processing is { } around)
        {
            context.Output.WriteLine(
                Text($"Around the network, not part of it: {around.PreProcessing:0.00} ms before, {around.PostProcessing:0.00} ms after it ") +
                Text($"(original, median of {around.Pictures} pictures)."));
        }
    }

    /// <summary>Whether models look at pictures of different sizes, as far as their reports say (0: of an earlier version, which did not).</summary>
    internal static bool HasSizes(FrontierView view) => view.Points.Select(p => p.Report.InputSize).Where(s => s > 0).Distinct().Count() > 1;

    private static Table Table(FrontierView view, List<string> notes)
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("");
        table.AddColumn("model");
        bool sizes = HasSizes(view);
        foreach (string column in (string[])
            [.. sizes ? ["input"] : Array.Empty<string>(), "pruned", "mAP50", "points", "mAP", "MACs", "parameters", "MB", "ms", "speed-up"])
        {
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        }
        var original = view.Points.FirstOrDefault(p => p is { Iteration: 0, IsQuantised: false });
        foreach (var p in view.Points)
        {
            var r = p.Report;
            var style = p.OnFrontier ? new Style(Color.Green) : Style.Plain;
            string[] cells =
            [
                p.OnFrontier ? "*" : "", PointNames.Of(p) + Marks(p, notes),
                .. sizes ? [r.InputSize == 0 ? "" : Text($"{r.InputSize}")] : Array.Empty<string>(), Text($"{p.Pruned:P0}"), Text($"{r.Map50:0.000}"),
                PointText.Points(p, original), Text($"{r.Map:0.000}"),
                Text($"{r.Macs / 1e6:0} M"), Text($"{r.Parameters / 1e6:0.00} M"), Text($"{r.ModelBytes / 1e6:0.00}"),
                Text($"{r.Latency.Milliseconds:0.00}"), PointText.SpeedUp(p),
            ];
            table.AddRow(cells.Select(c => new Text(c, style)));
        }
        return table;
    }

    // Numbers of the notes below the table: what the stage of a model warned of.
    private static string Marks(FrontierPoint p, List<string> notes) =>
        string.Concat(p.Report.Warnings.Select(w => notes.IndexOf(w) + 1).Distinct().Order().Select(n => $" ({n})"));

    private static string Name(Objective o) => o switch
    {
        Objective.Map50 => "mAP50",
        Objective.Map => "mAP",
        Objective.Macs => "MACs",
        Objective.FileSize => "file size",
        _ => o.ToString().ToLowerInvariant(),
    };

    private static string Text(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Points in words.</summary>
internal static class PointText
{
    /// <summary>Accuracy beyond the original's in points, with its interval where that is known.</summary>
    public static string Points(FrontierPoint p, FrontierPoint? original)
    {
        if (original is null || (p.Iteration == 0 && !p.IsQuantised))
        {
            return "";
        }
        string difference = Signed(p.Report.Map50 - original.Report.Map50);
        return p.Report.Map50BeyondDense is { } i ? $"{difference} [{Signed(i.Low)}, {Signed(i.High)}]" : difference;
    }

    private static string Signed(double difference) =>
        (difference * 100).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);

    /// <summary>Speed-up with its interval, and in words when the model is slower than the original or than what it was made from beyond doubt.</summary>
    public static string SpeedUp(FrontierPoint p)
    {
        var l = p.Report.Latency;
        string text = string.Create(CultureInfo.InvariantCulture, $"{l.SpeedUp:0.00}× [{l.SpeedUpLow:0.00}–{l.SpeedUpHigh:0.00}]");
        return p.Schedule == ScheduleKind.Base && !p.IsQuantised ? "1.00×"
            : l.SpeedUpHigh < 1 ? text + " slower"
            : p.SlowerThanParent ? text + " slower than its parent" : text;
    }
}
