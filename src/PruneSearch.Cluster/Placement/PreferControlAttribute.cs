using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace PruneSearch.Cluster.Placement;

/// <summary>
/// The grain stays away from workers as long as a silo with another role is there: a worker trains on every core and is the
/// first to be preempted, and what it hosts would go down with it.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PreferControlAttribute() : PlacementFilterAttribute(new PreferControlStrategy());

/// <summary>Names the director; it has no settings.</summary>
internal sealed class PreferControlStrategy() : PlacementFilterStrategy(0);

/// <summary>Leaves the silos that are no workers, or all when there are only workers.</summary>
internal sealed class PreferControlDirector(ISiloMetadataCache metadata) : IPlacementFilterDirector
{
    /// <summary>Key under which every silo tells its role.</summary>
    public const string RoleKey = "prunesearch.role";

    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        var all = silos.ToList();
        // A silo that has just joined has not told its role yet: it is left out until then.
        var preferred = all.Where(s => metadata.GetSiloMetadata(s).Metadata.TryGetValue(RoleKey, out string? role) && role != nameof(SiloRole.Worker)).ToList();
        return preferred.Count > 0 ? preferred : all;
    }
}
