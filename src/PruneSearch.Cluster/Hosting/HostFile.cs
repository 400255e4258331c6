using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Files;

namespace PruneSearch.Cluster.Hosting;

/// <summary>Tells other processes about the host that has the home folder: <c>host.json</c>.</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="GatewayPort">Loopback port for Orleans clients; 0 while it starts.</param>
/// <param name="RunsStages">Whether it works, or only answers a question and ends.</param>
internal sealed record HostFile(int ProcessId, int GatewayPort, bool RunsStages)
{
    /// <summary>Where it stands.</summary>
    public static string PathIn(string home) => Path.Combine(home, "host.json");

    /// <summary>Reads it; <see langword="null"/> when it is not there or just being replaced.</summary>
    public static HostFile? TryRead(string home)
    {
        try
        {
            return JsonSerializer.Deserialize<HostFile>(File.ReadAllText(PathIn(home)), CoreJson.Readable);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Replaces it at once.</summary>
    public void Write(string home) => AtomicFile.Write(PathIn(home), JsonSerializer.Serialize(this, CoreJson.Readable));
}
