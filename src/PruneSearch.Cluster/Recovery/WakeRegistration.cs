using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Recovery;

/// <summary>
/// Sees to it that a coordinator is woken after its silo died: the index of running searches is gone through every few seconds
/// (<see cref="SearchRecoveryService"/>), and a reminder is the backstop. None of it works on one machine, where the user resumes.
/// </summary>
internal sealed class WakeRegistration(IGrainBase coordinator, IGrainFactory grains, string searchId, bool wakes, ILogger logger)
{
    private const string Reminder = "wake";
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private ISearchIndexGrain Index => grains.GetGrain<ISearchIndexGrain>("all");

    /// <summary>The search came, or its state changed: the index lists it as it stands.</summary>
    public Task ListAsync() => Index.UpdateAsync(searchId);

    /// <summary>The coordinator is at work: it is reminded from now on. If that cannot be arranged now, the index must do.</summary>
    public Task RemindAsync() => wakes ? TryAsync(() => coordinator.RegisterOrUpdateReminder(Reminder, Period, Period)) : Task.CompletedTask;

    /// <summary>Nobody needs to wake it any more: it ended, or there is no such search. If that cannot be told now, whoever wakes it next is told.</summary>
    public async Task StopAsync()
    {
        await TryAsync(ListAsync);
        if (wakes)
        {
            await TryAsync(async () =>
            {
                if (await coordinator.GetReminder(Reminder) is { } reminder)
                {
                    await coordinator.UnregisterReminder(reminder);
                }
            });
        }
    }

    private async Task TryAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception e)
        {
            Log.WakeFailed(logger, e);
        }
    }
}
