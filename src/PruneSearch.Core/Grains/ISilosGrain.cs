using Orleans.Concurrency;

namespace PruneSearch.Core.Grains;

/// <summary>Which silos are there, also those without a slot; its key is always <c>all</c>.</summary>
[Alias("prunesearch.ISilosGrain")]
public interface ISilosGrain : IGrainWithStringKey
{
    /// <summary>All silos that are not known to be dead, by name.</summary>
    [Alias("List"), AllowedTo(Callers.Viewers), AlwaysInterleave]
    Task<IReadOnlyList<SiloMember>> ListAsync();
}

/// <summary>A silo of the cluster, as its membership table has it.</summary>
/// <param name="Name">Its name, unique in the cluster.</param>
/// <param name="Role">What it is for, in one word; <see langword="null"/> while it has not told.</param>
/// <param name="Address">Where other silos reach it: address, port and when it was started.</param>
/// <param name="State">What the others think of it: joining, active, shutting-down or stopping.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.SiloMember")]
public sealed record SiloMember(
    [property: Id(0)] string Name, [property: Id(1)] string? Role, [property: Id(2)] string Address, [property: Id(3)] string State);
