namespace PruneSearch.Cluster.Workers;

/// <summary>The slot of this process.</summary>
/// <param name="DeviceClasses">Whose stages it takes, for example <c>cpu</c>; at least one. The first is what others are told.</param>
/// <param name="Name">Name of the worker in logs and leases.</param>
/// <param name="Work">Folder of the process, where it notes what it does; <see langword="null"/> for none.</param>
public sealed record SlotOptions(IReadOnlyList<string> DeviceClasses, string Name, string? Work = null);
