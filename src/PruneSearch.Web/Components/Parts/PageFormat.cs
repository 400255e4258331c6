using System.Globalization;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Web.Live;

namespace PruneSearch.Web.Components.Parts;

/// <summary>Figures and states as pages show them.</summary>
internal static class PageFormat
{
    public const string None = "–";

    public static string Accuracy(double? value) => value is { } v && double.IsFinite(v) ? Text($"{v:0.000}") : None;

    public static string Accuracy(ConfidenceInterval? interval) => interval is { } i && !double.IsNaN(i.Low) ? Text($"{i.Low:0.000}–{i.High:0.000}") : "";

    public static string Milliseconds(double value) => value < 1 ? Text($"{value:0.00} ms") : value < 10 ? Text($"{value:0.0#} ms") : Text($"{value:0.#} ms");

    public static string Factor(double value) => Text($"{value:0.00}×");

    public static string Share(double value) => Text($"{value * 100:0.#} %");

    /// <summary>A number of things: 16 M.</summary>
    public static string Count(double value) => value switch
    {
        >= 1e9 => Text($"{value / 1e9:0.00} G"),
        >= 1e7 => Text($"{value / 1e6:0} M"),
        >= 1e6 => Text($"{value / 1e6:0.00} M"),
        >= 1e4 => Text($"{value / 1e3:0} k"),
        _ => Text($"{value:0}"),
    };

    public static string Bytes(long value) => value >= 1e5 ? Text($"{value / 1e6:0.00} MB") : Text($"{value / 1e3:0.0} kB");

    public static string Span(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Round(seconds));
        return span.TotalHours >= 1 ? Text($"{(int)span.TotalHours}:{span.Minutes:00}:{span.Seconds:00}") : Text($"{span.Minutes}:{span.Seconds:00}");
    }

    public static string Date(DateTimeOffset date) => Text($"{date.UtcDateTime:yyyy-MM-dd HH:mm} UTC");

    public static string Of(WorkState state) => state == WorkState.CompletedWithFailures ? "completed with failures" : state.ToString().ToLowerInvariant();

    /// <summary>What an accuracy or a cost is called on an axis, where better is larger.</summary>
    public static string Axis(Objective objective) => objective switch
    {
        Objective.Map50 => "mAP at IoU 0.5",
        Objective.Map => "COCO mAP",
        Objective.Latency => "speed-up over the original",
        Objective.Macs => "times fewer MACs than the original",
        Objective.Parameters => "times fewer parameters than the original",
        _ => "times smaller as a file than the original",
    };

    public static string Of(ScheduleKind schedule) => schedule switch
    {
        ScheduleKind.Base => "original",
        ScheduleKind.OneShot => "one-shot",
        ScheduleKind.Iterative => "iterative",
        _ => "dense control",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
