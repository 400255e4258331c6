using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Grains;

namespace PruneSearch.Web.Live;

/// <summary>A cluster, or a home, at a moment.</summary>
/// <param name="Silos">Every silo, also those without a slot.</param>
/// <param name="Slots">Every slot that was heard of in the last ten minutes, and what it does.</param>
/// <param name="Queues">The queues of their device classes.</param>
internal sealed record ClusterLook(IReadOnlyList<SiloMember> Silos, IReadOnlyList<SlotStatus> Slots, IReadOnlyList<ClassQueue> Queues)
{
    private const string SlotClass = "cpu"; // of slots that nobody gave another one

    /// <summary>Asks the cluster for its silos, its slots, and the queues of their device classes.</summary>
    /// <param name="named">Largest number of waiting stages of each class that are named.</param>
    public static async Task<ClusterLook> ReadAsync(ISearchSession session, int named)
    {
        var silos = await session.SilosAsync().ConfigureAwait(false);
        var slots = await session.WorkersAsync().ConfigureAwait(false);
        var queues = new List<ClassQueue>();
        foreach (string deviceClass in slots.Select(s => s.Slot.DeviceClass).DefaultIfEmpty(SlotClass).Distinct().Order(StringComparer.Ordinal))
        {
            queues.Add(new ClassQueue(deviceClass, await session.QueueAsync(deviceClass, named).ConfigureAwait(false)));
        }
        return new ClusterLook(silos, slots, queues);
    }
}

/// <summary>Ready stages of a device class.</summary>
/// <param name="Queue">How its queue stands.</param>
internal sealed record ClassQueue(string DeviceClass, QueueStatus Queue);
