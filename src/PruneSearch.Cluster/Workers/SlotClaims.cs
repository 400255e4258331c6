using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Workers;

/// <summary>How an idle slot asks for work: its claim waits at the queue until there is some, so that it costs little and hears of it at once.</summary>
internal sealed class SlotClaims(SlotContext slot, SlotPresenceReporter presence)
{
    private static readonly TimeSpan Plainly = TimeSpan.FromSeconds(30);
    private readonly IDispatcherGrain[] _dispatchers = [.. slot.Options.DeviceClasses.Select(c => slot.Grains.GetGrain<IDispatcherGrain>(c))];
    private readonly TimeSpan _wait = LeaseKeeper.Min(slot.Timings.ClaimWait, slot.Timings.LeaseTimeToLive / 3);
    private long? _failed;

    /// <summary>Whether the last claim waited as long as it could: the next one may follow at once.</summary>
    public bool Waited { get; private set; }

    /// <summary>Claims a stage, unless the slot is drained.</summary>
    /// <returns>The lease; <see langword="null"/> when there was nothing to do. While <paramref name="stopping"/> is set, it comes at once.</returns>
    public async Task<StageLease?> ClaimAsync(CancellationToken stopping)
    {
        Waited = false;
        if (presence.IsDrained)
        {
            return null;
        }
        if (_dispatchers.Length > 1 || (_failed is { } at && slot.Time.GetElapsedTime(at) < Plainly))
        {
            return await ClaimPlainlyAsync(); // a claim that waits at one queue would keep the slot from the others
        }
        var dispatcher = _dispatchers[0];
        long asked = slot.Time.GetTimestamp();
        presence.Claims = true;
        var leaving = stopping.Register(() => dispatcher.LeaveAsync(slot.Name).FireAndForget(slot.Logger, $"worker {slot.Name}"));
        await using (leaving.ConfigureAwait(false))
        {
            try
            {
                var lease = await dispatcher.AwaitAsync(slot.Name, _wait);
                Waited = slot.Time.GetElapsedTime(asked) > _wait / 2;
                return lease;
            }
            catch
            {
                _failed = slot.Time.GetTimestamp(); // the queue may be at a silo of an earlier version, where no claim waits
                throw;
            }
            finally
            {
                presence.Claims = false;
            }
        }
    }

    private async Task<StageLease?> ClaimPlainlyAsync()
    {
        foreach (var dispatcher in _dispatchers)
        {
            if (await dispatcher.ClaimAsync(slot.Name) is { } lease)
            {
                return lease;
            }
        }
        return null;
    }
}
