using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;

namespace PruneSearch.Web;

/// <summary>Where the page and the API are served, and to whom.</summary>
public sealed record WebSettings
{
    /// <summary>Address to listen on; the loopback address by default.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Where probes are answered (HTTP, without a door: they say no more than that it works); <see langword="null"/> for nowhere.</summary>
    public IPEndPoint? Health { get; init; }

    /// <summary>Port to listen on, 1 to 65535; 0 for a free one.</summary>
    public int Port { get; init; }

    /// <summary>
    /// What lets an operator in: in the address (<c>?token=…</c>), which a browser keeps as a cookie, or as a bearer token; <see langword="null"/>
    /// where only <see cref="Tokens"/> and <see cref="OpenId"/> let in.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>More tokens, each with a role.</summary>
    public IReadOnlyList<RoleToken> Tokens { get; init; } = [];

    /// <summary>A provider whose tokens let in; <see langword="null"/> for none.</summary>
    public OpenIdSettings? OpenId { get; init; }

    /// <summary>
    /// PEM file with certificate and key: connections are encrypted with it. It is read again when it changes. <see langword="null"/> for none.
    /// </summary>
    public string? Certificate { get; init; }

    /// <summary>Whether it may listen beyond this machine without <see cref="Certificate"/>: something in front of it encrypts.</summary>
    public bool Insecure { get; init; }

    /// <summary>Names under which it is reached, besides those of this machine and addresses in digits.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>
    /// Folders below which data and weights must lie that a search file names which somebody sent; <see langword="null"/> for anywhere: whoever has
    /// the token is the user whose files they are.
    /// </summary>
    public IReadOnlyList<string>? DataFolders { get; init; }

    /// <summary>Where traces of searches are shown, which pages then lead to; <see langword="null"/> for nowhere.</summary>
    public TraceAddress? Traces { get; init; }

    /// <summary>Folder for pictures that are drawn.</summary>
    public string DrawnFolder { get; init; } = Path.Combine(Path.GetTempPath(), "prunesearch-drawn");

    /// <summary>Whether drawn pictures are put into the checkpoint store: workers do not see this machine's folders.</summary>
    public bool PushesDrawn { get; init; }

    /// <summary>A token of 256 random bits that needs no escape in an address.</summary>
    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Refuses a door that anybody could open, or look through.</summary>
    /// <exception cref="ArgumentException">Nobody is asked who he is; or it is reached from other machines and does not encrypt.</exception>
    public void Validate()
    {
        if (Token is null && Tokens.Count == 0 && OpenId is null)
        {
            throw new ArgumentException("Whoever came would be let in, expected tokens or an OpenID Connect provider.");
        }
        if (!IPAddress.IsLoopback(Address) && Certificate is null && !Insecure)
        {
            throw new ArgumentException($"'{Address}' is reached from other machines, and tokens would travel as plain text: expected a certificate, or " +
                "'insecure: true' where something in front of it encrypts");
        }
    }
}

/// <summary>A token and the role of whoever shows it.</summary>
/// <param name="Role">What he may do: <c>viewer</c> or <c>operator</c>.</param>
/// <param name="Token">What he has to know.</param>
public sealed record RoleToken(string Role, string Token);

/// <summary>An OpenID Connect provider (openid.net/specs/openid-connect-core-1_0.html).</summary>
public sealed record OpenIdSettings
{
    /// <summary>Its issuer; its keys and addresses are read below that.</summary>
    public required Uri Issuer { get; init; }

    /// <summary>What tokens that programs send must be for.</summary>
    public required string Audience { get; init; }

    /// <summary>With which people sign in with a browser; <see langword="null"/> when only programs come.</summary>
    public string? ClientId { get; init; }

    /// <summary>The client's secret; <see langword="null"/> for a public client.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Claim with the words <c>viewer</c> or <c>operator</c>.</summary>
    public string RoleClaim { get; init; } = "roles";
}
