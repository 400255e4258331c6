namespace PruneSearch.Connections.Sessions;

/// <summary>Nobody answers for a home or a cluster: told again and again while that lasts.</summary>
/// <param name="Since">When somebody answered last.</param>
/// <param name="Reason">What the last call failed of; <see langword="null"/> while it is still waiting.</param>
public sealed record LostContact(DateTimeOffset Since, string? Reason);
