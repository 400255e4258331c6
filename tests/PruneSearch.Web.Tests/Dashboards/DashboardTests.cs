using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Connections.Sessions;
using PruneSearch.Web.Dashboards;
using PruneSearch.Web.Tests.Browsers;
using static Microsoft.Playwright.Assertions;

namespace PruneSearch.Web.Tests.Dashboards;

/// <summary>A server on a real silo.</summary>
public sealed class SiloServer : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prunesearch-");
    private ISearchSession? _session;
    private WebServer? _server;

    internal WebServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        _session = await new SearchSessions(_ => { }, services => services.AddSiloDashboard())
            .KeepAsync(new SearchPlace(_folder.FullName), reason => Assert.Fail(reason), TestContext.Current.CancellationToken);
        _server = await WebServer.StartAsync(
            new WebSettings { Token = "the-token", Tokens = [new RoleToken("viewer", "looks")], DrawnFolder = _folder.FullName }, _session,
            cancellation: TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        await _session!.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

/// <summary>Orleans' dashboard, behind the doors of the page.</summary>
[Collection(BrowserTests.Name)]
public sealed partial class DashboardTests(Browser browser, SiloServer silo) : IClassFixture<SiloServer>
{
    [Fact]
    public async Task Whoever_may_look_sees_silos_and_grains_and_nobody_sees_states_or_the_log()
    {
        using var viewer = Client("looks");
        using var counters = await CountersAsync(viewer);
        Assert.Equal("Active", Assert.Single(counters.RootElement.GetProperty("hosts").EnumerateArray()).GetProperty("status").GetString());
        Assert.Contains(counters.RootElement.GetProperty("simpleGrainStats").EnumerateArray(),
            s => s.GetProperty("grainType").GetString()!.Contains("DashboardGrain", StringComparison.Ordinal));
        Assert.Contains("Orleans Dashboard", await GetAsync(viewer, "orleans/", HttpStatusCode.OK), StringComparison.Ordinal);
        foreach (string hidden in (string[])["GrainState?grainId=all&grainType=PruneSearch.Cluster.Searches.SearchIndexGrain", "grainstate/", "Trace"])
        {
            Assert.Contains("not shown here", await GetAsync(viewer, "orleans/" + hidden, HttpStatusCode.Forbidden), StringComparison.Ordinal);
        }

        using var stranger = Client(null);
        foreach (string path in (string[])["", "index.min.js", "DashboardCounters", "Trace", "version"])
        {
            await GetAsync(stranger, "orleans/" + path, HttpStatusCode.Unauthorized);
        }
        Assert.DoesNotContain("/orleans", await GetAsync(viewer, "openapi/v1.json", HttpStatusCode.OK), StringComparison.Ordinal);
    }

    // The dashboard collects once a second: what it counts is empty at first.
    private static async Task<JsonDocument> CountersAsync(HttpClient client)
    {
        for (int attempt = 0; ; attempt++)
        {
            var counters = JsonDocument.Parse(await GetAsync(client, "orleans/DashboardCounters", HttpStatusCode.OK));
            if (counters.RootElement.GetProperty("hosts").GetArrayLength() > 0 || attempt == 100)
            {
                return counters;
            }
            counters.Dispose();
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_browser_shows_it_and_loads_nothing_that_the_page_forbids()
    {
        await using var window = await browser.OpenAsync();
        var page = await window.NewPageAsync();
        List<string> complaints = [];
        page.Console += (_, message) => complaints.AddRange(message.Type is "error" ? [$"{message.Text} {message.Location}"] : []);
        await page.GotoAsync(silo.Server.Entry.ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = "Cluster" }).ClickAsync();
        var dashboard = await page.RunAndWaitForPopupAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Orleans' dashboard" }).ClickAsync());
        dashboard.Console += (_, message) => complaints.AddRange(message.Type is "error" ? [$"{message.Text} {message.Location}"] : []);
        // The silo's own grains: which of them are among the first methods differs with the age of the silo.
        await Expect(dashboard.Locator("#content")).ToContainTextAsync("Active Silos1");
        await Expect(dashboard.Locator("#content")).ToContainTextAsync(OwnGrains());
        Assert.True(complaints.Count == 0, string.Join("\n", complaints));
    }

    [GeneratedRegex("SiloGrainService|SiloControl|ManagementGrain")]
    private static partial Regex OwnGrains();

    private HttpClient Client(string? token) => new()
    {
        BaseAddress = silo.Server.Address,
        DefaultRequestHeaders = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) },
    };

    private static async Task<string> GetAsync(HttpClient client, string path, HttpStatusCode expected)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(expected == response.StatusCode, $"{path}: {response.StatusCode}, {text}");
        return text;
    }
}
