using System.Net;
using PruneSearch.Connections.Configuration;
using PruneSearch.Web.Configuration;

namespace PruneSearch.Web.Tests.Configuration;

/// <summary>Settings of a cluster's server that would let strangers in, or look.</summary>
public sealed class WebConfigurationTests : IDisposable
{
    private const string Viewer = "viewer-token-of-20-or-more";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prunesearch-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("web-address", "0.0.0.0", "expected 'web-tokens' or 'web-openid'")]
    [InlineData("web-address", "everywhere", "expected an IP address")]
    [InlineData("web-openid", "http://provider.example", "expected the address of an issuer: https://")]
    [InlineData("web-tokens", "SHORT", "with a token of at least 20 characters")]
    [InlineData("web-tokens", "OPEN", "has tokens, and other")]
    public void A_door_that_anybody_could_open_is_refused(string key, string value, string expected)
    {
        string file = Path.Combine(_folder.FullName, "tokens");
        File.WriteAllText(file, value == "SHORT" ? "viewer abc\n" : $"viewer {Viewer}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, value == "OPEN" ? UnixFileMode.UserRead | UnixFileMode.OtherRead : UnixFileMode.UserRead);
        }
        var given = new Dictionary<string, string?> { [key] = value is "SHORT" or "OPEN" ? file : value };
        var e = Assert.Throws<SettingsException>(() => WebConfiguration.Read(Settings.Read(null, given, _ => null, SettingKeys.All)));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Beyond_this_machine_it_encrypts_or_is_told_that_something_else_does()
    {
        var plain = new WebSettings { Address = IPAddress.Any, Tokens = [new RoleToken("viewer", Viewer)] };
        Assert.Contains("plain text", Assert.Throws<ArgumentException>(plain.Validate).Message, StringComparison.Ordinal);
        (plain with { Insecure = true }).Validate();
        (plain with { Certificate = "server.pem" }).Validate();
    }
}
