using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>What to break, how often, and where the servers are.</summary>
public sealed record ChaosOptions
{
    /// <summary>Seed of all that is random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Faults.</summary>
    public int Faults { get; init; } = 100;

    /// <summary>Trajectories of five stages each, besides the base.</summary>
    public int Trajectories { get; init; } = 240;

    /// <summary>The search; one of <see cref="Trajectories"/> when left out.</summary>
    public SearchPlan? Plan { get; init; }

    /// <summary>Workers, one slot each.</summary>
    public int Workers { get; init; } = 3;

    /// <summary>Longest stage in milliseconds; the shortest is a fifth of it.</summary>
    public int MaxMilliseconds { get; init; } = 5000;

    /// <summary>How long a process hangs.</summary>
    public TimeSpan Hang { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the blob store is away.</summary>
    public TimeSpan BlobOutage { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the database is away.</summary>
    public TimeSpan DatabaseOutage { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the blob store is slow or full, a certificate stays expired, and a clock is wrong.</summary>
    public TimeSpan Trouble { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a worker cannot reach the database.</summary>
    public TimeSpan Partition { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Number of the network of hosts to run on, see <see cref="NetworkHosts"/>; 0 runs everything on this one.</summary>
    public int Network { get; init; }

    /// <summary>Whether silos show each other certificates; the last worker is then no member of the cluster, but its client.</summary>
    public bool Tls { get; init; }

    /// <summary>Folder of another build of this program, to which silos are upgraded and back; <see langword="null"/> for none.</summary>
    public string? OtherBuild { get; init; }

    /// <summary>Faults at once.</summary>
    public int Together { get; init; } = 1;

    /// <summary>Whether the next fault waits until all slots are at work again. Without enough work they never are.</summary>
    public bool WaitsForSlots { get; init; } = true;

    /// <summary>Kinds of faults to take, by name; all when empty.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Folder for everything.</summary>
    public required string Folder { get; init; }

    /// <summary>Folder of PostgreSQL's programs.</summary>
    public required string PostgresPrograms { get; init; }

    /// <summary>Whom to run PostgreSQL as.</summary>
    public string PostgresUser { get; init; } = "";

    /// <summary>Azurite's program.</summary>
    public required string AzuriteProgram { get; init; }
}
