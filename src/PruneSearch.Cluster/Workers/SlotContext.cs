using Microsoft.Extensions.Logging;

namespace PruneSearch.Cluster.Workers;

/// <summary>What everything that serves a slot needs.</summary>
/// <param name="Options">What the slot is.</param>
/// <param name="Grains">The cluster.</param>
/// <param name="Contact">Whether the cluster answers.</param>
/// <param name="Timings">How long things may take.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The slot's log.</param>
internal sealed record SlotContext(
    SlotOptions Options, IGrainFactory Grains, ClusterContact Contact, ClusterTimings Timings, TimeProvider Time, ILogger<SlotWorker> Logger)
{
    /// <summary>What the slot is called.</summary>
    public string Name => Options.Name;
}
