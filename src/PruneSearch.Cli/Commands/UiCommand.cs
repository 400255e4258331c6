using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using PruneSearch.Connections.Sessions;
using PruneSearch.Web;

namespace PruneSearch.Cli.Commands;

/// <summary>Serves the page and the HTTP API until it is told to stop.</summary>
internal static class UiCommand
{
    public static Command Create(CliContext context)
    {
        var port = NumberOption.Create("--port", "Port to listen on, 0 for a free one", 0, 0, 65535);
        var noBrowser = new Option<bool>("--no-browser") { Description = "Only print the address" };
        var command = new Command("ui", "Show the searches in a browser, also while another process works on them; and answer programs over HTTP")
        {
            port, noBrowser,
        };
        command.SetAction((parsed, cancellation) => ErrorLines.GuardAsync(context, () => RunAsync(
            context, PlaceOptions.Of(parsed), parsed.GetValue(port), parsed.GetValue(noBrowser), cancellation), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, SearchPlace place, int port, bool noBrowser, CancellationToken cancellation)
    {
        if (place.Cluster is null)
        {
            HomeFolder.RequireWritable(place.Home);
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        string? stuck = null;
        await using var session = await context.Sessions.KeepAsync(place, reason =>
        {
            stuck = reason;
            stop.Cancel();
        }, cancellation);
        var settings = new WebSettings
        {
            Port = port,
            Token = WebSettings.NewToken(),
            DrawnFolder = HomeFolder.Drawn(place.Home),
            PushesDrawn = place.Cluster is not null,
        };
        await using var server = await WebServer.StartAsync(settings, session, cancellation: cancellation);
        await context.Output.WriteLineAsync($"{server.Entry}");
        await context.Output.WriteLineAsync($"Shows the searches of {place} until Ctrl-C.");
        if (!noBrowser && context.IsTerminal)
        {
            Open(server.Entry);
        }
        await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return stuck is null ? ExitCode.Ok : throw new StuckStageException(stuck);
    }

    private static void Open(Uri address)
    {
        try
        {
            using var browser = Process.Start(new ProcessStartInfo(address.ToString()) { UseShellExecute = true });
        }
        catch (Exception e) when (e is Win32Exception or PlatformNotSupportedException or FileNotFoundException)
        {
            // There is no browser here: the address stands above.
        }
    }
}
