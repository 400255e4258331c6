using System.Net;
using PruneSearch.Connections.Configuration;
using PruneSearch.Core.Files;
using PruneSearch.Web.Doors;

namespace PruneSearch.Web.Configuration;

/// <summary>Settings of the web role of a cluster as users write them.</summary>
public static class WebConfiguration
{
    private const int ShortestToken = 20, MaxBytes = 1 << 20;

    /// <summary>Reads and checks them. Where no door is named, it is a token that is made anew and has to be printed, on loopback only.</summary>
    /// <exception cref="SettingsException">A value is wrong; the message says where and what was expected.</exception>
    public static WebSettings Read(Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var tokens = settings.Text("web-tokens") is { } file ? ReadTokens(file) : [];
        var openId = ReadOpenId(settings);
        var address = settings.Using("web-address", () => IPAddress.TryParse(settings.Text("web-address") ?? "127.0.0.1", out var found) ? found
            : throw new ArgumentException($"'{settings.Text("web-address")}' is not right, expected an IP address"));
        if (tokens.Count == 0 && openId is null && !IPAddress.IsLoopback(address))
        {
            throw new SettingsException($"web-address: '{address}' is reached from other machines, expected 'web-tokens' or 'web-openid', so that not " +
                "everybody is let in");
        }
        var read = new WebSettings
        {
            Address = address,
            Port = settings.Number("web-port", 8443, 0, 65535),
            Health = settings.Number("health-port", 0, 0, 65535) is > 0 and var port ? new IPEndPoint(Probes(settings, address), port) : null,
            Token = tokens.Count == 0 && openId is null ? WebSettings.NewToken() : null,
            Tokens = tokens,
            OpenId = openId,
            Certificate = settings.Text("web-certificate"),
            Insecure = settings.Flag("insecure", false),
            Hosts = List(settings.Text("web-hosts")),
            DataFolders = List(settings.Text("web-data")),
            PushesDrawn = true,
            Traces = settings.Using("web-traces", () => settings.Text("web-traces") is { } page ? TraceAddress.Parse(page) : TraceAddress.OfEnvironment()),
        };
        return settings.Using("web-address", () =>
        {
            read.Validate();
            return read;
        });
    }

    private static IPAddress Probes(Settings settings, IPAddress address) => settings.Using("probe-address", () => settings.Text("probe-address") switch
    {
        null => IPAddress.IsLoopback(address) ? IPAddress.Loopback : IPAddress.Any,
        "*" => IPAddress.Any,
        var text => IPAddress.TryParse(text, out var found) ? found
            : throw new ArgumentException($"'{text}' is not right, expected an IP address of this machine, or *"),
    });

    private static OpenIdSettings? ReadOpenId(Settings settings) => settings.Text("web-openid") is not { } issuer ? null : new OpenIdSettings
    {
        Issuer = settings.Using("web-openid", () => Uri.TryCreate(issuer, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)) ? uri
            : throw new ArgumentException($"'{issuer}' is not right, expected the address of an issuer: https://…")),
        Audience = settings.Required("web-openid-audience", "what tokens of the provider must be for"),
        ClientId = settings.Text("web-openid-client"),
        ClientSecret = settings.Text("web-openid-secret") is { } file ? ReadSecret(file, "a secret").Trim() : null,
        RoleClaim = settings.Text("web-openid-roles") ?? "roles",
    };

    private static List<RoleToken> ReadTokens(string file)
    {
        var tokens = new List<RoleToken>();
        foreach (var (i, line) in ReadSecret(file, "tokens").Split('\n').Index())
        {
            string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#'))
            {
                continue;
            }
            if (words is not [Roles.Viewer or Roles.Operator, { Length: >= ShortestToken }])
            {
                throw new SettingsException(
                    $"{file}:{i + 1}: expected 'viewer TOKEN' or 'operator TOKEN', with a token of at least {ShortestToken} characters");
            }
            tokens.Add(new RoleToken(words[0], words[1]));
        }
        return tokens.Count > 0 ? tokens : throw new SettingsException($"{file}: has no tokens, expected a line 'viewer TOKEN' or 'operator TOKEN' for each");
    }

    private static string ReadSecret(string file, string what)
    {
        try
        {
            string text = TextFile.Read(file, MaxBytes);
            return OwnerOnly.ComplaintAboutFile(file, what) is { } complaint ? throw new SettingsException(complaint) : text;
        }
        catch (Exception e) when (e is IOException or FormatException or UnauthorizedAccessException)
        {
            throw new SettingsException(e.Message, e);
        }
    }

    private static string[] List(string? text) =>
        text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
