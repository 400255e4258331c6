using System.Text.Json;
using PruneSearch.Connections.Configuration;
using PruneSearch.Core;
using PruneSearch.Core.Files;

namespace PruneSearch.Connections.Homes;

/// <summary>
/// Tells other processes of the same user about the host that has the home folder: <c>host.json</c>, which nobody else can read,
/// because whoever has its certificate and key may give orders.
/// </summary>
/// <param name="GatewayPort">Loopback port for Orleans clients; 0 while it starts, and when it only answers a question and ends.</param>
/// <param name="RunsStages">Whether it works, or only answers.</param>
/// <param name="Certificate">What clients show at the port, see <see cref="HomeCertificate"/>; <see langword="null"/> without a port.</param>
public sealed record HostFile(int ProcessId, int GatewayPort, bool RunsStages, byte[]? Certificate = null)
{
    /// <summary>Name of every home's cluster.</summary>
    public const string ClusterId = "prunesearch";

    private const long MaxBytes = 1 << 20;

    /// <summary>Where it stands in a home folder.</summary>
    public static string PathIn(string home) => Path.Combine(home, "host.json");

    /// <summary>
    /// Reads it; <see langword="null"/> when it is not there or just being replaced, and when others can read it: no host writes such a file.
    /// </summary>
    public static HostFile? TryRead(string home)
    {
        string path = PathIn(home);
        try
        {
            return OwnerOnly.Is(path) ? JsonSerializer.Deserialize<HostFile>(RegularFile.ReadAllBytes(path, MaxBytes), CoreJson.Readable) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether other processes may talk to it.</summary>
    public bool Answers => GatewayPort > 0 && Certificate is not null;

    /// <summary>Writes it, readable for nobody else.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string home) =>
        AtomicFile.Write(PathIn(home), JsonSerializer.Serialize(this, CoreJson.Readable), UnixFileMode.UserRead | UnixFileMode.UserWrite);
}
