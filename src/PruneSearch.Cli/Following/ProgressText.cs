using System.Globalization;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Following;

/// <summary>Progress in words.</summary>
internal static class ProgressText
{
    public static string Of(WorkState state) => state == WorkState.CompletedWithFailures ? "completed with failures" : state.ToString().ToLowerInvariant();

    /// <summary>Stages that are done and in all, the base not counted: <c>2/4</c>.</summary>
    public static string Iteration(TrajectoryStatus t) => t.Stages == 1 ? "base" : $"{Math.Max(0, t.CompletedStages - 1)}/{t.Stages - 1}";

    public static string Part(TrajectoryStatus t) => t switch
    {
        { State: WorkState.Running, Progress: { Note: { } note } p } => $"{p.Part}: {ErrorText.OneLine(note)}",
        { State: WorkState.Running, Progress: { Steps: > 0 } p } => $"{p.Part} {p.Step}/{p.Steps}",
        { State: WorkState.Running, Progress: { } p } => p.Part,
        { Wait: { } wait } => wait.Text,
        { State: WorkState.Running } => "starts",
        _ => Of(t.State),
    };

    public static string Of(LostContact lost) => string.Create(CultureInfo.InvariantCulture,
        $"no contact since {lost.Since.UtcDateTime:HH:mm:ss} UTC: {ErrorText.OneLine(lost.Reason ?? "no answer")}; asking again until somebody answers");

    /// <summary>What its stages warned of, one line each.</summary>
    public static IEnumerable<string> Warnings(TrajectoryStatus t) =>
        t.Warnings.Select(w => $"{t.Name}{(t.Stages > 2 ? $" #{w.Iteration}" : "")}: {ErrorText.OneLine(w.Text)}");

    public static string Loss(TrajectoryStatus t) => Number(t.State == WorkState.Running ? t.Progress?.Loss : null, "0.000");

    public static string Speed(TrajectoryStatus t) => Number(t.State == WorkState.Running ? t.Progress?.ImagesPerSecond : null, "0.0");

    /// <summary>mAP at IoU 0.5 of the last finished stage, or a dash.</summary>
    public static string Map50(TrajectoryStatus t) => Number(t.Map50, "0.000");

    /// <summary>A span as minutes and seconds, or a dash.</summary>
    public static string Left(TimeSpan? left) => left is not { } l ? "–"
        : l.TotalHours >= 1 ? l.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture) : l.ToString(@"m\:ss", CultureInfo.InvariantCulture);

    /// <summary>All of it in one line.</summary>
    /// <param name="left">How long it still takes.</param>
    /// <param name="width">Width of the names.</param>
    public static string Line(TrajectoryStatus t, TimeSpan? left, int width = 18)
    {
        var parts = new List<string> { t.Name.PadRight(width), Iteration(t), Part(t) };
        Add("loss ", Loss(t), "");
        Add("mAP50 ", Map50(t), "");
        Add("", Speed(t), " images/s");
        Add("", Left(left), " left");
        if (t.Attempts > 1 && t.State == WorkState.Running)
        {
            parts.Add($"attempt {t.Attempts}");
        }
        if (t is { State: WorkState.Failed, Reason: { } reason })
        {
            parts.Add(ErrorText.OneLine(reason));
        }
        else if (t is { Wait: not null, Reason: { } last })
        {
            parts.Add($"last attempt: {ErrorText.OneLine(last)}");
        }
        return string.Join("  ", parts);

        void Add(string before, string value, string after)
        {
            if (value != "–")
            {
                parts.Add(before + value + after);
            }
        }
    }

    private static string Number(double? value, string format) => value is { } v && double.IsFinite(v) ? v.ToString(format, CultureInfo.InvariantCulture) : "–";
}
