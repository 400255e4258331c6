namespace PruneSearch.Cluster.Workers;

/// <summary>The slot of this process.</summary>
/// <param name="DeviceClass">Whose stages it takes, for example <c>cpu</c>.</param>
/// <param name="Name">Name of the worker in logs and leases.</param>
/// <param name="Work">Folder of the process, where it notes what it does; <see langword="null"/> for none.</param>
public sealed record SlotOptions(string DeviceClass, string Name, string? Work = null);
