using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using PruneSearch.Client.Inputs;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Connections.Configuration;
using PruneSearch.Core.Searches;
using PruneSearch.Web.Configuration;

namespace PruneSearch.Web.Tests.Doors;

/// <summary>A cluster's server: over TLS, to whom it was told to let in, and only as far as his role goes.</summary>
public sealed class ClusterDoorTests : IAsyncLifetime
{
    private const string Viewer = "viewer-token-of-20-or-more", Operator = "operator-token-of-20-or-more";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prunesearch-");
    private readonly MadeUpProvider _provider = new();
    private readonly MadeUpHome _home = new();
    private readonly MadeUpSession _session;
    private readonly int _health = FreePort();
    private WebServer _server = null!;

    public ClusterDoorTests() => _session = new MadeUpSession { Home = _home };

    public async ValueTask InitializeAsync()
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string pem = await FileAsync("server.pem", certificate.ExportCertificatePem() + "\n" + rsa.ExportPkcs8PrivateKeyPem());
        string tokens = await FileAsync("tokens", $"# who may come in\nviewer {Viewer}\noperator {Operator}\n");
        var settings = Settings.Read(null, new Dictionary<string, string?>
        {
            ["web-port"] = "0",
            ["web-certificate"] = pem,
            ["web-tokens"] = tokens,
            ["web-openid"] = _provider.Issuer.ToString(),
            ["web-openid-audience"] = "prunesearch",
            ["web-openid-client"] = "page",
            ["web-hosts"] = "prunesearch.example",
            ["web-data"] = _folder.FullName,
            ["health-port"] = _health.ToString(System.Globalization.CultureInfo.InvariantCulture),
        }, _ => null, SettingKeys.All);
        _server = await WebServer.StartAsync(WebConfiguration.Read(settings), _session, cancellation: TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _provider.Dispose();
        _home.Dispose();
        _folder.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [Fact]
    public async Task Tokens_let_in_as_far_as_their_role_goes_and_no_others()
    {
        Assert.Equal("https", _server.Address.Scheme);
        using var other = RSA.Create(2048);
        (string? Token, int Look, int Change)[] cases =
        [
            (null, 401, 401), ("nobody-s-token-of-20-or-more", 401, 401), (Viewer, 200, 403), (Operator, 200, 200),
            (_provider.Token("prunesearch", "viewer"), 200, 403), (_provider.Token("prunesearch", "operator"), 200, 200),
            (_provider.Token("prunesearch", "visitor"), 403, 403), (_provider.Token("something-else", "operator"), 401, 401),
            (_provider.Token("prunesearch", "operator", new RsaSecurityKey(other) { KeyId = "key" }), 401, 401),
            (_provider.Token("prunesearch", "operator", life: TimeSpan.FromMinutes(-10)), 401, 401),
        ];
        foreach (var (i, (token, look, change)) in cases.Index())
        {
            Assert.Equal((i, look), (i, await StatusAsync(HttpMethod.Get, "/api/v1/searches", token)));
            Assert.Equal((i, change), (i, await StatusAsync(HttpMethod.Post, "/api/v1/searches/cells-0001/cancel", token)));
        }
        Assert.Equal(2, _session.Calls.Count);
    }

    [Fact]
    public async Task Probes_are_answered_at_a_port_of_their_own_that_says_nothing_else()
    {
        using var probe = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_health}") };
        probe.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Operator);
        async Task<(int, string)> AskAsync(string path)
        {
            using var answer = await probe.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
        _session.IsLost = true;
        Assert.Equal((503, "cluster\n"), await AskAsync("/healthz/ready"));
        Assert.Equal((200, "live\n"), await AskAsync("/healthz/live"));
        _session.IsLost = false;
        for (int i = 0; i < 100 && (await AskAsync("/healthz/ready")).Item1 != 200; i++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken); // it asks no more often than every two seconds
        }
        Assert.Equal((200, "ready\n"), await AskAsync("/healthz/ready"));
        foreach (string path in (string[])["/", "/api/v1/searches", "/healthz", "/orleans/", "/page.css", "/?token=" + Operator])
        {
            Assert.Equal((404, "expected /healthz/live or /healthz/ready\n"), await AskAsync(path));
        }
        Assert.Equal(401, await StatusAsync(HttpMethod.Get, "/healthz/live", null)); // and the other port no probes
    }

    [Fact]
    public async Task People_sign_in_at_the_provider_and_come_back_with_a_cookie()
    {
        using var browser = new HttpClient(Handler(cookies: true)) { BaseAddress = _server.Address };
        browser.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        var address = _server.Address;
        var page = await browser.GetAsync(address, TestContext.Current.CancellationToken);
        for (int i = 0; i < 10 && page.StatusCode == HttpStatusCode.Redirect; i++) // a browser follows from https to the made-up provider's http
        {
            address = new Uri(address, page.Headers.Location!);
            page.Dispose();
            page = await browser.GetAsync(address, TestContext.Current.CancellationToken);
        }
        using (page)
        {
            Assert.True(page.StatusCode == HttpStatusCode.OK, await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
        Assert.Equal(_server.Address, address);
        using var list = await browser.GetAsync("/api/v1/searches", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
        using var change = await browser.PostAsync("/api/v1/searches/cells-0001/cancel", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, change.StatusCode);
        Assert.Empty(_session.Calls);
    }

    [Fact]
    public async Task Names_that_were_given_are_let_in_and_a_search_names_only_data_that_may_be_named()
    {
        using var named = Request(HttpMethod.Get, "/api/v1/searches", Viewer);
        named.Headers.Host = "prunesearch.example";
        Assert.Equal(200, await StatusAsync(named));
        using var rebound = Request(HttpMethod.Get, "/api/v1/searches", Viewer);
        rebound.Headers.Host = "evil.example";
        Assert.Equal(400, await StatusAsync(rebound));

        foreach (string data in new[]
        {
            "{format: voc, root: /etc}", $"{{format: voc, root: {_folder.FullName}/../../etc}}", "{format: voc, root: /no-such-folder-anywhere}",
            $"{{format: voc, root: {_folder.FullName}x}}", $"{{format: voc, root: {_folder.FullName}, train: ../../../etc/passwd}}",
        })
        {
            var (status, text) = await LaunchAsync(data);
            Assert.True(status == HttpStatusCode.BadRequest, text);
            Assert.True(text.Contains("may be named here", StringComparison.Ordinal) || text.Contains("no plain name", StringComparison.Ordinal), text);
            Assert.DoesNotContain("does not exist", text, StringComparison.Ordinal); // whether it is there is nothing to be told about
        }
    }

    [Fact]
    public async Task A_search_may_name_data_that_was_pushed_by_its_keys_and_a_key_that_is_unknown_is_told()
    {
        var stop = TestContext.Current.CancellationToken;
        var data = new SearchLauncher(_home.Drawn, TimeProvider.System).ReadData(new DataSource.Shapes { Train = 4, Validation = 3, Size = 96 }, stop);
        await new PicturePush(_home.Store).PushAsync(data, stop);
        string validation = data.Validation.ManifestHash, unknown = new('0', 64);

        Assert.Equal(HttpStatusCode.Created, (await LaunchAsync($"{{format: stored, train: {data.Train.ManifestHash}, validation: {validation}}}")).Status);
        Assert.StartsWith("launch cells-", Assert.Single(_session.Calls), StringComparison.Ordinal);

        var (status, text) = await LaunchAsync($"{{format: stored, train: '{unknown}', validation: {validation}}}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(
            $"search.yaml: data.train is '{unknown}', but the checkpoint store has no such data set",
            JsonDocument.Parse(text).RootElement.GetProperty("errors")[0].GetString(), StringComparison.Ordinal);
        (status, text) = await LaunchAsync($"{{format: stored, train: ../{validation}, validation: {validation}}}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("expected 64 lower-case hexadecimal digits", text, StringComparison.Ordinal);
        Assert.Single(_session.Calls);
    }

    private async Task<(HttpStatusCode Status, string Text)> LaunchAsync(string data)
    {
        using var launch = Request(HttpMethod.Post, "/api/v1/searches", Operator);
        launch.Content = new StringContent(MadeUpHome.TextWith(data));
        using var client = new HttpClient(Handler()) { BaseAddress = _server.Address };
        using var answer = await client.SendAsync(launch, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static HttpClientHandler Handler(bool cookies = false) => new()
    {
        ServerCertificateCustomValidationCallback = (_, _, _, _) => true,
        AllowAutoRedirect = false,
        UseCookies = cookies,
    };

    private static HttpRequestMessage Request(HttpMethod method, string address, string? token) => new(method, address)
    {
        Headers = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) },
    };

    private Task<int> StatusAsync(HttpMethod method, string address, string? token) => StatusAsync(Request(method, address, token));

    private async Task<int> StatusAsync(HttpRequestMessage request)
    {
        using var client = new HttpClient(Handler()) { BaseAddress = _server.Address };
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    private async Task<string> FileAsync(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        return path;
    }
}
