namespace PruneSearch.Cluster.Workers;

/// <summary>The slot of this process.</summary>
/// <param name="DeviceClass">Whose stages it takes, for example <c>cpu</c>.</param>
/// <param name="Name">Name of the worker in logs and leases.</param>
public sealed record SlotOptions(string DeviceClass, string Name);
