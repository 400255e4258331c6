using PruneSearch.Connections.Certificates;

namespace PruneSearch.Cluster.Connections;

/// <summary>
/// The identity under which a gateway hands on what a client sends: role and name from the certificate of its connection, in front of the
/// identifier that the client chose. Every silo reads there who calls.
/// </summary>
internal static class Caller
{
    private const char Separator = '!'; // in no name and in no identifier of Orleans
    private static readonly GrainType Client = GrainType.Create("sys.client");

    /// <summary>The identity of a client at the other end of a connection.</summary>
    /// <param name="owner">Whose connection it is.</param>
    /// <param name="chosen">What the client calls itself.</param>
    /// <exception cref="InvalidDataException">It calls itself something that is no client.</exception>
    public static GrainId Certified(CertificateOwner owner, GrainId chosen) =>
        chosen.Type != Client || IsHosted(chosen)
            ? throw new InvalidDataException($"{owner.Role} {owner.Name} calls itself '{chosen}', expected a client")
            : GrainId.Create(Client, $"{owner.Role}{Separator}{owner.Name}{Separator}{chosen.Key}");

    /// <summary>Who calls, when that is a client; <see langword="null"/> for what lives in a silo.</summary>
    /// <param name="source">Where a call comes from.</param>
    /// <param name="owner">Who that is by certificate; <see langword="null"/> for a client that came in without one.</param>
    /// <returns>Whether it is a client.</returns>
    public static bool IsClient(GrainId? source, out CertificateOwner? owner)
    {
        owner = null;
        if (source is not { } id || id.Type != Client || IsHosted(id))
        {
            return false;
        }
        string[] parts = id.Key.ToString()!.Split(Separator);
        if (parts.Length == 3 && Enum.TryParse<CertificateRole>(parts[0], out var role))
        {
            owner = new CertificateOwner(role, parts[1]);
        }
        return true;
    }

    // The client that each silo has for the services of its own process.
    private static bool IsHosted(GrainId id) => id.Key.ToString()!.StartsWith("hosted-", StringComparison.Ordinal);
}
