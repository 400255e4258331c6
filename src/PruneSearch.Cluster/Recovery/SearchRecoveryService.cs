using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Recovery;

/// <summary>Whether searches that were running go on by themselves after a restart.</summary>
/// <param name="ByItself">True in a cluster; on one machine the user resumes.</param>
internal sealed record RecoveryPolicy(bool ByItself);

/// <summary>Sees to it that every unfinished search has a coordinator at work, soon after the silo that had it died.</summary>
internal sealed class SearchRecoveryService(IGrainFactory grains, TimeProvider time, ILogger<SearchRecoveryService> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await grains.GetGrain<ISearchIndexGrain>("all").WakeAsync();
            }
            catch (Exception e)
            {
                Log.WakeFailed(logger, e);
            }
        }
        while (await Ticks(timer, stoppingToken));
    }

    private static async Task<bool> Ticks(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
