using System.Net;
using System.Security.Cryptography;
using System.Buffers.Text;

namespace PruneSearch.Web;

/// <summary>Where the page and the API are served, and to whom.</summary>
public sealed record WebSettings
{
    /// <summary>Address to listen on; the loopback address by default.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port to listen on, 1 to 65535; 0 for a free one.</summary>
    public int Port { get; init; }

    /// <summary>What whoever comes has to know: in the address (<c>?token=…</c>), which a browser keeps as a cookie, or as a bearer token.</summary>
    public required string Token { get; init; }

    /// <summary>A token of 256 random bits that needs no escape in an address.</summary>
    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
