using Microsoft.Playwright;

namespace PruneSearch.Web.Tests.Browsers;

/// <summary>A search of drawn pictures with models that run, behind one server, and one window on it, for all tests of a class.</summary>
public sealed class ShownHome(Browser browser) : IAsyncLifetime
{
    /// <summary>The search.</summary>
    public const string Search = "cells-0001";

    private readonly MadeUpHome _home = new();
    private readonly List<string> _complaints = [];
    private WebServer? _server;
    private IBrowserContext? _window;

    /// <summary>What the server is told.</summary>
    internal WebSettings Settings { get; } = new() { Token = WebSettings.NewToken(), Traces = TraceAddress.Parse("http://traces.test/{trace}/{span}") };

    internal WebServer Server => _server!;

    internal MadeUpSession Session { get; private set; } = null!;

    internal IPage Page { get; private set; } = null!;

    /// <summary>The pruned model's page.</summary>
    internal string Model => $"/search/{Search}/model/{_home.Reports[1].Report.Key}";

    /// <summary>The pictures of the pruned model.</summary>
    internal string Pictures => $"/search/{Search}/pictures/{_home.Reports[1].Report.Key}";

    public async ValueTask InitializeAsync()
    {
        _window = await browser.OpenAsync();
        await _home.MakeAsync(Search);
        Session = new MadeUpSession { Home = _home, Reports = _home.Reports, Workers = [Made.Slot] };
        _server = await WebServer.StartAsync(Settings with { DrawnFolder = _home.Drawn }, Session);
        Page = await _window.NewPageAsync();
        await Page.GotoAsync(_server.Entry.ToString());
        await Page.WaitForURLAsync(_server.Address.ToString());
        Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Add($"{message.Text} {message.Location}");
            }
        };
        Page.PageError += (_, error) => _complaints.Add(error);
    }

    /// <summary>Opens a view and waits until it takes clicks.</summary>
    internal async Task OpenAsync(string path)
    {
        _complaints.Clear();
        await Page.GotoAsync(new Uri(_server!.Address, path).ToString());
        await Assertions.Expect(Page.Locator("main[data-live=true]")).ToBeAttachedAsync();
    }

    /// <summary>What the browser complained of since the view was opened.</summary>
    internal IReadOnlyList<string> Complaints => [.. _complaints];

    public async ValueTask DisposeAsync()
    {
        await (_window?.CloseAsync() ?? Task.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _home.Dispose();
    }
}
