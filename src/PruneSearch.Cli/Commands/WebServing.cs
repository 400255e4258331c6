using System.ComponentModel;
using System.Diagnostics;
using PruneSearch.Connections.Sessions;
using PruneSearch.Web;

namespace PruneSearch.Cli.Commands;

/// <summary>Serves the page and the HTTP API beside what a command does.</summary>
internal static class WebServing
{
    /// <summary>Settings on this machine, for the user who started the command.</summary>
    public static WebSettings Own(SearchPlace place, int port) => new()
    {
        Port = port,
        Token = WebSettings.NewToken(),
        DrawnFolder = HomeFolder.Drawn(place.Home),
        PushesDrawn = place.Cluster is not null,
        Traces = TraceAddress.OfEnvironment(),
    };

    /// <summary>Begins, and tells where.</summary>
    /// <exception cref="IOException">It cannot listen there.</exception>
    public static async Task<WebServer> StartAsync(
        CliContext context, WebSettings settings, ISearchSession session, bool opensBrowser, CancellationToken cancellation)
    {
        var server = await WebServer.StartAsync(settings, session, cancellation: cancellation);
        await context.Output.WriteLineAsync($"{server.Entry}");
        if (opensBrowser && context.IsTerminal)
        {
            Open(server.Entry);
        }
        return server;
    }

    private static void Open(Uri address)
    {
        try
        {
            using var browser = Process.Start(new ProcessStartInfo(address.ToString()) { UseShellExecute = true });
        }
        catch (Exception e) when (e is Win32Exception or PlatformNotSupportedException or FileNotFoundException)
        {
            // There is no browser here: the address was told.
        }
    }
}
