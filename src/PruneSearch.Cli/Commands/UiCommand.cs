using System.CommandLine;
using PruneSearch.Connections.Configuration;
using PruneSearch.Connections.Sessions;
using PruneSearch.Web.Configuration;

namespace PruneSearch.Cli.Commands;

/// <summary>Serves the page and the HTTP API until it is told to stop: for the user on this machine, or as the web role of a cluster.</summary>
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

    /// <summary>The web role of a cluster.</summary>
    public static async Task<int> ServeClusterAsync(CliContext context, Settings settings, CancellationToken cancellation)
    {
        var address = Connections.ClusterAddress.From(settings);
        var web = WebConfiguration.Read(settings);
        await using var session = await context.Sessions.ConnectAsync(address, $"'{address.ClusterId}'", cancellation);
        await using var server = await WebServing.StartAsync(context, web, session, opensBrowser: false, cancellation);
        string doors = web.OpenId is { } openId ? $"whom {openId.Issuer} knows" : web.Tokens.Count > 0 ? $"{web.Tokens.Count} tokens" : "the token above";
        await context.Error.WriteLineAsync($"Web role of cluster {address.ClusterId}: lets in {doors}");
        await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Ok;
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
        await using var server = await WebServing.StartAsync(context, WebServing.Own(place, port), session, !noBrowser, cancellation);
        await context.Output.WriteLineAsync($"Shows the searches of {place} until Ctrl-C.");
        await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return stuck is null ? ExitCode.Ok : throw new StuckStageException(stuck);
    }
}
