using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Web.Api.Reference;
using PruneSearch.Web.Doors;
using PruneSearch.Web.Live;

namespace PruneSearch.Web.Api;

/// <summary>Who works, and what waits.</summary>
internal static class ClusterApi
{
    private const int Named = 20, LongestClass = 100;

    public static void MapCluster(this IEndpointRouteBuilder api)
    {
        api.MapGet("/cluster", LookAsync)
            .Describe("GetCluster", "Cluster", "Every silo, every slot and what it does, the queues of their device classes, " +
                "and the searches that are not over.");
        api.MapGet("/cluster/queues/{deviceClass}", (string deviceClass, ISearchSession session, int limit = 100) =>
            session.QueueAsync(Class(deviceClass), Ask.Limit(limit)))
            .Describe("GetQueue", "Cluster", "The queue of a device class: how long it is, its first stages, and which of them slots " +
                "declined, with the reason.");
        api.MapPost("/cluster/slots/{worker}/drain", (string worker, ISearchSession session) => DrainAsync(session, worker, drained: true))
            .RequireAuthorization(Roles.Operator)
            .Describe("Drain", "Cluster", "Has a slot end the stage that it has and take no new one. A '/' in its name is written %2F.");
        api.MapPost("/cluster/slots/{worker}/undrain", (string worker, ISearchSession session) => DrainAsync(session, worker, drained: false))
            .RequireAuthorization(Roles.Operator).Describe("Undrain", "Cluster", "Has a slot take stages again.");
    }

    private static string Class(string deviceClass) =>
        deviceClass.Length <= LongestClass && deviceClass.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':') ? deviceClass
            : throw new BadHttpRequestException("The device class is not right, expected 1 to 100 letters, digits and - _ . :");

    private static async Task<ClusterView> LookAsync(ISearchSession session)
    {
        var look = await ClusterLook.ReadAsync(session, Named).ConfigureAwait(false);
        var open = (await session.ListAsync().ConfigureAwait(false)).Where(s => !s.State.IsOver());
        return new ClusterView(look.Silos, look.Slots, look.Queues,
            [.. open.Select(s => new OpenSearchEntry(s.Id, s.Name, s.State, s.Stages - s.CompletedStages, s.Reason))]);
    }

    private static async Task<IResult> DrainAsync(ISearchSession session, string worker, bool drained)
    {
        await session.DrainAsync(Uri.UnescapeDataString(worker), drained).ConfigureAwait(false);
        return Results.NoContent();
    }
}

/// <summary>A cluster, or a home.</summary>
/// <param name="Silos">Every silo, also those without a slot.</param>
/// <param name="Slots">Every slot that was heard of in the last ten minutes, with its machine, process and version, and what it does.</param>
/// <param name="Queues">The queues of their device classes.</param>
/// <param name="Searches">Searches that are not over.</param>
internal sealed record ClusterView(
    IReadOnlyList<SiloMember> Silos, IReadOnlyList<SlotStatus> Slots, IReadOnlyList<ClassQueue> Queues, IReadOnlyList<OpenSearchEntry> Searches);

/// <summary>A search that is not over.</summary>
/// <param name="Name">The user's name for it.</param>
/// <param name="State">Running, or waiting to be resumed.</param>
/// <param name="Stages">Stages that are known and not finished.</param>
/// <param name="Reason">Why it waits.</param>
internal sealed record OpenSearchEntry(string Id, string Name, WorkState State, int Stages, string? Reason);
