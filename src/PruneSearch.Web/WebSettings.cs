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

    /// <summary>
    /// Folders below which data and weights must lie that a search file names which somebody sent; <see langword="null"/> for anywhere: whoever has
    /// the token is the user whose files they are.
    /// </summary>
    public IReadOnlyList<string>? DataFolders { get; init; }

    /// <summary>Folder for pictures that are drawn.</summary>
    public string DrawnFolder { get; init; } = Path.Combine(Path.GetTempPath(), "prunesearch-drawn");

    /// <summary>Whether drawn pictures are put into the checkpoint store: workers do not see this machine's folders.</summary>
    public bool PushesDrawn { get; init; }

    /// <summary>A token of 256 random bits that needs no escape in an address.</summary>
    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
