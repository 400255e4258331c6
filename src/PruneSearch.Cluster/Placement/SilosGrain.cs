using System.Text.Json;
using Orleans.Runtime.MembershipService.SiloMetadata;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Placement;

/// <summary>The silos as the membership of this one knows them, each with the role that it told.</summary>
[PreferControl]
internal sealed class SilosGrain(IClusterMembershipService membership, ISiloMetadataCache metadata) : Grain, ISilosGrain
{
    public Task<IReadOnlyList<SiloMember>> ListAsync() => Task.FromResult<IReadOnlyList<SiloMember>>(membership.CurrentSnapshot.Members.Values
        .Where(m => m.Status is SiloStatus.Joining or SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping)
        .OrderBy(m => m.Name, StringComparer.Ordinal).ThenBy(m => m.SiloAddress)
        .Select(m => new SiloMember(m.Name, RoleOf(m.SiloAddress), m.SiloAddress.ToParsableString(), Word(m.Status.ToString()))).ToArray());

    private string? RoleOf(SiloAddress silo) =>
        metadata.GetSiloMetadata(silo).Metadata.TryGetValue(PreferControlDirector.RoleKey, out string? role) ? Word(role) : null;

    private static string Word(string name) => JsonNamingPolicy.KebabCaseLower.ConvertName(name);
}
