using System.Globalization;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cli.Reports;

/// <summary>Figures of results in words, the same everywhere on a page.</summary>
internal static class ReportFormat
{
    /// <summary>An accuracy with its spread over seeds: <c>0.712 ± 0.004</c>; without spread for one seed.</summary>
    public static string Accuracy(Spread s) => s.Count < 2 ? Accuracy(s.Mean) : Text($"{s.Mean:0.000} ± {s.Deviation:0.000}");

    public static string Accuracy(double value) => Text($"{value:0.000}");

    /// <summary>A difference of accuracies in points: hundredths, with their sign.</summary>
    public static string Points(double difference) => Size(difference) is var size && size == "0.0" ? size : (difference < 0 ? "−" : "+") + size;

    /// <summary>A difference of accuracies in points without a sign.</summary>
    public static string Size(double difference) => Text($"{Math.Abs(difference) * 100:0.0}");

    /// <summary>The interval of a difference in points: <c>[−1.2, +0.4]</c>.</summary>
    public static string Interval(ConfidenceInterval i) => $"[{Points(i.Low)}, {Points(i.High)}]";

    /// <summary>A share in per cent: <c>32.5 %</c>.</summary>
    public static string Share(double share) => Text($"{share * 100:0.0} %");

    /// <summary>A moment: <c>2026-11-24 12:50</c>, in UTC.</summary>
    public static string Moment(DateTimeOffset time) => Text($"{time.UtcDateTime:yyyy-MM-dd HH:mm}");

    /// <summary>A level: <c>40 %</c>.</summary>
    public static string Level(double level) => Text($"{level * 100:0.##} %");

    /// <summary>Speed over the original's with its interval: <c>1.52× [1.48–1.57]</c>.</summary>
    public static string SpeedUp(ArmResult a) => a.Schedule == ScheduleKind.Base ? "1" : SpeedUp(a.SpeedUp, a.SpeedUpLow, a.SpeedUpHigh);

    /// <summary>Speed over the original's with its interval.</summary>
    public static string SpeedUp(double mean, double low, double high) => Text($"{mean:0.00}× [{low:0.00}–{high:0.00}]");

    /// <summary>Millions: <c>771 M</c>, <c>4.41 M</c>.</summary>
    public static string Millions(double value) => value >= 100e6 ? Text($"{value / 1e6:0} M") : Text($"{value / 1e6:0.00} M");

    public static string Count(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A span: <c>2 h 05 min</c>, <c>12 min</c>, <c>35 s</c>.</summary>
    public static string Span(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Round(seconds));
        return span.TotalHours >= 1 ? Text($"{(int)span.TotalHours} h {span.Minutes:00} min")
            : span.TotalMinutes >= 10 ? Text($"{Math.Round(span.TotalMinutes):0} min")
            : span.TotalMinutes >= 1 ? Text($"{span.Minutes} min {span.Seconds:00} s") : Text($"{span.Seconds} s");
    }

    /// <summary>A number of things: <c>1 seed</c>, <c>3 seeds</c>.</summary>
    public static string Counted(int number, string thing) => Text($"{number:#,0} {thing}{(number == 1 ? "" : "s")}");

    /// <summary>Items as a person lists them: <c>a, b and c</c>.</summary>
    public static string Listed(IReadOnlyList<string> items) => items.Count switch
    {
        0 => "none",
        1 => items[0],
        _ => $"{string.Join(", ", items.Take(items.Count - 1))} and {items[^1]}",
    };

    public static string Arm(ArmResult a) => a.Schedule == ScheduleKind.Base ? "dense original" : a.Arm;

    private static string Text(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);
}
