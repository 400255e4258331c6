namespace PruneSearch.Cluster.Hosting;

/// <summary>
/// How soon a silo that is gone is noticed. A dead one is after about <see cref="Probe"/>, as its connections break; one that
/// hangs after <see cref="Probe"/> · <see cref="MissedProbes"/>; a whole cluster after three times <see cref="IAmAlive"/>.
/// </summary>
public sealed record MembershipTimings
{
    /// <summary>How long a silo has to answer a probe, and how often it is probed. 2 s by default.</summary>
    public TimeSpan Probe { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Probes in a row that must be missed. 3 by default.</summary>
    public int MissedProbes { get; init; } = 3;

    /// <summary>Silos that must agree; fewer when there are not as many. 2 by default.</summary>
    public int Votes { get; init; } = 2;

    /// <summary>How often a silo writes that it is alive. 5 s by default.</summary>
    public TimeSpan IAmAlive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether traffic on a connection counts as a sign of life although probes are missed: slower to notice a silo that hangs. Off by default.
    /// </summary>
    public bool TrafficIsLife { get; init; }

    /// <summary>Whether grains are found through the directory that is spread over the silos and repairs itself. On by default.</summary>
    public bool DistributedDirectory { get; init; } = true;
}
