using PruneSearch.Core.Searches;
using Spectre.Console;

namespace PruneSearch.Cli.Following;

/// <summary>Progress as a table that is redrawn in place.</summary>
internal static class LiveProgress
{
    private const int FrameLines = 7; // title, borders, heading, and a line for the cursor
    private const int FewestRows = 4;

    /// <summary>Shows the table while <paramref name="loop"/> runs.</summary>
    public static Task<SearchStatus> ShowAsync(CliContext context, Func<Action<SearchStatus>, Task<SearchStatus>> loop)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Output) });
        var left = new TimeLeft(context.Time);
        return console.Live(new Text("")).StartAsync(live => loop(status =>
        {
            live.UpdateTarget(Table(status, left, Math.Max(FewestRows, console.Profile.Height - FrameLines)));
            live.Refresh();
        }));
    }

    private static Table Table(SearchStatus status, TimeLeft left, int rows)
    {
        var table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape($"{status.Id}: {ProgressText.Of(status.State)}"));
        foreach (string column in new[] { "trajectory", "iteration", "now" })
        {
            table.AddColumn(column);
        }
        foreach (string column in new[] { "loss", "mAP50", "images/s", "time left" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }
        var (shown, others) = ShownRows.Of(status.Trajectories, rows);
        foreach (var t in shown)
        {
            table.AddRow(
                new Text(t.Name, StyleOf(t.State)), new Text(ProgressText.Iteration(t)), new Text(ProgressText.Part(t)), new Text(ProgressText.Loss(t)),
                new Text(ProgressText.Map50(t)), new Text(ProgressText.Speed(t)), new Text(ProgressText.Left(left.Of(t))));
        }
        if (others is not null)
        {
            table.Caption(Markup.Escape(others));
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
