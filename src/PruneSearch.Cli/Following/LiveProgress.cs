using PruneSearch.Cli.Growing;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;
using Spectre.Console;

namespace PruneSearch.Cli.Following;

/// <summary>Progress as a table that is redrawn in place.</summary>
internal static class LiveProgress
{
    private const int MostWarnings = 3;
    private const int MostProposals = 2;
    private const int Frame = 7; // title, head, borders, the line below and the prompt

    /// <summary>Shows the table while <paramref name="loop"/> runs.</summary>
    public static Task<SearchStatus> ShowAsync(CliContext context, Func<IProgressView, Task<SearchStatus>> loop)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Output) });
        return console.Live(new Text("")).StartAsync(live => loop(new View(live, new TimeLeft(context.Time), console.Profile)));
    }

    private sealed class View(LiveDisplayContext live, TimeLeft left, Profile profile) : IProgressView
    {
        private SearchStatus? _last;

        public void Show(SearchStatus status) => Draw(_last = status, null);

        public void ShowLost(LostContact lost) => Draw(_last, lost);

        private void Draw(SearchStatus? status, LostContact? lost)
        {
            live.UpdateTarget(status is null ? new Text(ProgressText.Of(lost!)) : Table(status, left, profile.Height - Frame, lost));
            live.Refresh();
        }
    }

    private static Table Table(SearchStatus status, TimeLeft left, int room, LostContact? lost)
    {
        int done = status.Trajectories.Count(t => t.State == WorkState.Completed);
        var table = new Table().Border(TableBorder.Rounded)
            .Title(Markup.Escape($"{status.Id}: {ProgressText.Of(status.State)}, {done} of {status.Trajectories.Count} trajectories completed"));
        string[] warnings = [.. status.Trajectories.SelectMany(ProgressText.Warnings).Select(w => $"warning: {w}")];
        string[] last = [.. warnings.TakeLast(MostWarnings)];
        string[] growth = [.. status.Growth is { } g ? GrowthText.Lines(g).Concat(GrowthText.Latest(status, MostProposals)) : [],
            .. status.Measuring.Select(MeasuringText.Of)];
        var (shown, others) = ProgressRows.Pick(status.Trajectories, room - last.Length - growth.Length);
        IEnumerable<string> below = [.. growth, .. lost is null ? Array.Empty<string>() : [ProgressText.Of(lost)],
            .. others is null ? Array.Empty<string>() : [others], .. last,
            .. warnings.Length > last.Length ? [$"and {warnings.Length - last.Length} warnings before"] : Array.Empty<string>()];
        table.Caption(Markup.Escape(string.Join('\n', below)));
        foreach (string column in new[] { "trajectory", "iteration", "now" })
        {
            table.AddColumn(column);
        }
        foreach (string column in new[] { "loss", "mAP50", "images/s", "time left" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }
        foreach (var t in shown)
        {
            table.AddRow(
                new Text(t.Name, StyleOf(t.State)), new Text(ProgressText.Iteration(t)), new Text(ProgressText.Part(t)), new Text(ProgressText.Loss(t)),
                new Text(ProgressText.Map50(t)), new Text(ProgressText.Speed(t)), new Text(ProgressText.Left(left.Of(t))));
        }
        return table;
    }

    private static Style StyleOf(WorkState state) => state switch
    {
        WorkState.Running => new Style(Color.Yellow),
        WorkState.Completed => new Style(Color.Green),
        WorkState.Failed => new Style(Color.Red),
        _ => Style.Plain,
    };
}
