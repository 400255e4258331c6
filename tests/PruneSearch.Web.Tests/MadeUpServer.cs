using System.Net.Http.Headers;

namespace PruneSearch.Web.Tests;

/// <summary>A server on a made-up session, for a whole class of tests.</summary>
public sealed class MadeUpServer : IAsyncLifetime
{
    private WebServer? _server;

    private readonly MadeUpHome _home = new();

    public MadeUpServer() => Session = new MadeUpSession { Home = _home };

    internal MadeUpSession Session { get; }

    /// <summary>What the server is told.</summary>
    internal WebSettings Settings { get; init; } = new() { Token = WebSettings.NewToken() };

    internal WebServer Server => _server!;

    internal string Token => Settings.Token!;

    /// <summary>Sends a request with the bearer token.</summary>
    internal HttpClient Client { get; private set; } = new();

    public async ValueTask InitializeAsync()
    {
        await _home.MakeAsync(Session.Summary.Id);
        Session.Reports = _home.Reports;
        _server = await WebServer.StartAsync(Settings with { DrawnFolder = _home.Drawn }, Session);
        Client.BaseAddress = _server.Address;
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        _home.Dispose();
    }
}
