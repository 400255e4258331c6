namespace PruneSearch.Cluster.Placement;

/// <summary>What a silo is for.</summary>
public enum SiloRole
{
    /// <summary>Coordinates searches and owns a slot: one process is a cluster.</summary>
    All,

    /// <summary>Coordinates searches.</summary>
    Control,

    /// <summary>Owns a slot. It coordinates only while no silo with another role is there.</summary>
    Worker,

    /// <summary>Owns a slot that measures models and does nothing else. It is no silo, but a client of one.</summary>
    Measure,
}
