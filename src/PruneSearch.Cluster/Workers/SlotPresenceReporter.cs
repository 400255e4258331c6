using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Workers;

/// <summary>
/// Tells again and again that a slot is there, also while it works for hours: those whose stages wait learn how many slots there are,
/// and operators what each does. Learns in return whether the slot shall take no new stage.
/// </summary>
internal sealed class SlotPresenceReporter(SlotContext slot)
{
    private Doing _doing = new(null, null, slot.Time.GetUtcNow());

    private sealed record Doing(StageLease? Lease, LeaseKeeper? Keeper, DateTimeOffset Since);

    /// <summary>Whether the slot shall take no new stage.</summary>
    public bool IsDrained { get; private set; }

    /// <summary>A claim of the slot waits at the queue, which therefore knows that it is there.</summary>
    public bool Claims { get; set; }

    /// <summary>The slot begins to work on a stage.</summary>
    public void Begin(StageLease lease, LeaseKeeper keeper) => Volatile.Write(ref _doing, new Doing(lease, keeper, slot.Time.GetUtcNow()));

    /// <summary>The slot is free.</summary>
    public void End() => Volatile.Write(ref _doing, new Doing(null, null, slot.Time.GetUtcNow()));

    /// <summary>Tells until it is stopped. A drained slot is none that others may wait for.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var dispatchers = slot.Options.DeviceClasses.Select(c => slot.Grains.GetGrain<IDispatcherGrain>(c)).ToList();
        var workers = slot.Grains.GetGrain<IWorkersGrain>("all");
        while (!stopping.IsCancellationRequested)
        {
            if (!IsDrained && !Claims)
            {
                dispatchers.ForEach(d => SendAsync(() => d.PresentAsync(slot.Name)).FireAndForget(slot.Logger, $"worker {slot.Name}"));
            }
            SendAsync(() => TellAsync(workers, dispatchers)).FireAndForget(slot.Logger, $"worker {slot.Name}");
            await Task.Delay(slot.Timings.Renewal, slot.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendAsync(Func<Task> message)
    {
        try
        {
            await message();
        }
        catch (Exception e) when (ClusterContact.IsSilence(e))
        {
            slot.Contact.Missed(e); // the next one tells the same
        }
    }

    private async Task TellAsync(IWorkersGrain workers, List<IDispatcherGrain> dispatchers)
    {
        var doing = Volatile.Read(ref _doing);
        bool drained = await workers.PresentAsync(new SlotPresence
        {
            Worker = slot.Name,
            DeviceClass = slot.Options.DeviceClasses[0],
            Machine = Environment.MachineName,
            Process = Environment.ProcessId,
            Version = ProductVersion.Text,
            Stage = doing.Lease?.Key,
            Progress = doing.Keeper?.Progress,
            Since = doing.Since,
            Drained = IsDrained,
        });
        slot.Contact.Heard();
        if (drained != IsDrained)
        {
            Log.SlotDrained(slot.Logger, drained ? "takes no new stage" : "takes stages again");
        }
        IsDrained = drained;
        if (drained)
        {
            await Task.WhenAll(dispatchers.Select(d => d.LeaveAsync(slot.Name)));
        }
    }
}
