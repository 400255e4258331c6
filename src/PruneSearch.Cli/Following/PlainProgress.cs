using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Following;

/// <summary>Progress as plain lines: one whenever something happened, and one every few seconds while a stage trains.</summary>
internal sealed class PlainProgress(CliContext context)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(10);
    private const int ShortName = 18;
    private readonly TimeLeft _left = new(context.Time);
    private readonly Dictionary<string, (string What, long At)> _shown = new(StringComparer.Ordinal);

    /// <summary>Shows what changed.</summary>
    public void Show(SearchStatus status)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int width = status.Trajectories.Max(t => (int?)t.Name.Length) is { } longest && longest > ShortName ? longest : ShortName;
        foreach (var t in status.Trajectories.Where(t => t.State != WorkState.Waiting))
        {
            var left = _left.Of(t);
            // Trajectories that wait for the same stage: its parts are shown once.
            bool shared = t is { Progress: not null, NextStage: { } stage } && !seen.Add(stage);
            string what = $"{t.State}/{t.CompletedStages}/{t.Attempts}/{(shared ? "" : t.Progress?.Part)}";
            if (shared && Last(t.Name) is { } before && before.StartsWith($"{t.State}/{t.CompletedStages}/{t.Attempts}/", StringComparison.Ordinal))
            {
                continue;
            }
            bool changed = !_shown.TryGetValue(t.Name, out var last) || last.What != what;
            bool training = t is { State: WorkState.Running, Progress.Steps: > 0 };
            if (changed || (training && context.Time.GetElapsedTime(last.At) >= Pace))
            {
                context.Output.WriteLine(ProgressText.Line(t, left, width));
                _shown[t.Name] = (what, context.Time.GetTimestamp());
            }
        }
    }

    private string? Last(string trajectory) => _shown.TryGetValue(trajectory, out var shown) ? shown.What : null;
}
