using System.Net.Http.Headers;

namespace PruneSearch.Web.Tests;

/// <summary>A server on a made-up session, for a whole class of tests.</summary>
public sealed class MadeUpServer : IAsyncLifetime
{
    private readonly string _token = WebSettings.NewToken();
    private WebServer? _server;

    internal MadeUpSession Session { get; } = new();

    internal WebServer Server => _server!;

    internal string Token => _token;

    /// <summary>Sends a request with the bearer token.</summary>
    internal HttpClient Client { get; private set; } = new();

    public async ValueTask InitializeAsync()
    {
        _server = await WebServer.StartAsync(new WebSettings { Token = _token }, Session);
        Client.BaseAddress = _server.Address;
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _token);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
