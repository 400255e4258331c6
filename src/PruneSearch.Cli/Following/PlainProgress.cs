using PruneSearch.Cli.Growing;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Following;

/// <summary>Progress as plain lines: one whenever something happened, and one every few seconds while a stage trains.</summary>
internal sealed class PlainProgress(CliContext context) : IProgressView
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(10);
    private const int ShortName = 18;
    private LostContact? _lost;
    private (string Text, long At)? _growth;
    private int _proposals;
    private readonly TimeLeft _left = new(context.Time);
    private readonly HashSet<string> _warnings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string What, long At)> _shown = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _measuring = new(StringComparer.Ordinal);

    /// <summary>Says once that nobody answers, and again when the reason is known.</summary>
    public void ShowLost(LostContact lost)
    {
        if (_lost is null || (_lost.Reason is null && lost.Reason is not null))
        {
            _lost = lost;
            context.Error.WriteLine(ProgressText.Of(lost));
        }
    }

    public void Show(SearchStatus status)
    {
        if (_lost is { } lost)
        {
            _lost = null;
            context.Error.WriteLine($"contact again, after {ProgressText.Left(context.Time.GetUtcNow() - lost.Since)}");
        }
        int width = status.Trajectories.Max(t => (int?)t.Name.Length) is { } longest && longest > ShortName ? longest : ShortName;
        ShowGrowth(status, width);
        foreach (var t in status.Trajectories.Where(t => t.Wait is null && t.State != WorkState.Waiting))
        {
            var left = _left.Of(t);
            bool training = t is { State: WorkState.Running, Progress.Steps: > 0 };
            if (IsNews(t, $"{t.State}/{t.CompletedStages}/{t.Attempts}/{t.Progress?.Part}/{t.Progress?.Note is null}")
                || (training && context.Time.GetElapsedTime(_shown[t.Name].At) >= Pace))
            {
                context.Output.WriteLine(ProgressText.Line(t, left, width));
                _shown[t.Name] = (_shown[t.Name].What, context.Time.GetTimestamp());
            }
        }
        ShowMeasuring(status);
        Warn(status);
        // Those that wait for the same reason begin to do so on one line.
        foreach (var same in status.Trajectories.Where(t => t.Wait is not null).GroupBy(t => Key(t.Wait!)))
        {
            var news = same.Where(t => IsNews(t, same.Key)).ToList();
            if (news.Count > 0)
            {
                context.Output.WriteLine(ProgressText.Line(news[0], null, width) + (news.Count > 1 ? $" (and {news.Count - 1} more)" : ""));
            }
        }
    }

    // Each proposal once, and none that had ended before anybody looked; how the whole stands when it changed, but not with every quick stage.
    private void ShowGrowth(SearchStatus status, int width)
    {
        foreach (var t in status.Trajectories.Where(t => t.Proposal?.Number >= _proposals).OrderBy(t => t.Proposal!.Number))
        {
            if (_growth is not null || !t.State.IsOver())
            {
                context.Output.WriteLine($"{t.Name.PadRight(width)}  proposed: {GrowthText.Of(t.Proposal!)}");
            }
            _proposals = t.Proposal!.Number + 1;
        }
        if (status.Growth is { } growth && string.Join(Environment.NewLine, GrowthText.Lines(growth)) is var text && text != _growth?.Text
            && (_growth is null || growth.Open == 0 || context.Time.GetElapsedTime(_growth.Value.At) >= Pace))
        {
            context.Output.WriteLine(text);
            _growth = (text, context.Time.GetTimestamp());
        }
    }

    // When all is trained, it is what a search still waits for.
    private void ShowMeasuring(SearchStatus status)
    {
        foreach (var measuring in status.Measuring.Where(_ => status.Trajectories.All(t => t.State.IsOver())))
        {
            string text = MeasuringText.Of(measuring);
            if (_measuring.GetValueOrDefault(measuring.DeviceClass) != text)
            {
                context.Output.WriteLine(_measuring[measuring.DeviceClass] = text);
            }
        }
    }

    private void Warn(SearchStatus status)
    {
        foreach (string warning in status.Trajectories.SelectMany(ProgressText.Warnings).Where(_warnings.Add))
        {
            context.Error.WriteLine($"warning: {warning}");
        }
    }

    // Positions in a queue change all the time.
    private static string Key(WaitReason wait) => $"{wait.Kind}/{(wait.Kind == WaitKind.Queue ? "" : wait.Text)}";

    private bool IsNews(TrajectoryStatus t, string what)
    {
        bool news = !_shown.TryGetValue(t.Name, out var last) || last.What != what;
        if (news)
        {
            _shown[t.Name] = (what, context.Time.GetTimestamp());
        }
        return news;
    }
}
