using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Dispatching;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Trajectories;

/// <summary>A coordinator's calls to its trajectories. One that does not answer is asked again later; the others need not wait for it.</summary>
internal sealed class TrajectoryClient(IGrainFactory grains, SearchPlan plan, ClusterTimings timings, ILogger logger)
{
    /// <summary>Asks a trajectory how it stands; starts it when it has not been started or lost its memory with its silo.</summary>
    /// <returns>How it stands, with the reports after the <paramref name="known"/> first; <see langword="null"/> when it did not answer.</returns>
    public async Task<TrajectoryNews?> AskAsync(PollSchedule schedule, PollSchedule.Poll poll, int known)
    {
        try
        {
            if (poll.IsFirst)
            {
                await StartAsync(poll.Plan, schedule.RetryFailed);
            }
            var news = await Grain(poll.Plan).GetStatusAsync(known).WaitAsync(timings.CallPatience);
            if (!news.IsStarted)
            {
                await StartAsync(poll.Plan, retryFailed: false);
                news = await Grain(poll.Plan).GetStatusAsync(known).WaitAsync(timings.CallPatience);
            }
            return news;
        }
        catch (Exception e)
        {
            Log.TrajectorySilent(logger, e, poll.Plan.Name, plan.Id);
            schedule.Again(poll);
            return null;
        }
    }

    /// <summary>Stops a trajectory.</summary>
    /// <param name="trajectory">The trajectory.</param>
    /// <param name="missing">Keys of its stages that did not finish: the stages that it may be waiting for.</param>
    public async Task CancelAsync(TrajectoryPlan trajectory, IReadOnlyList<StageKey> missing)
    {
        try
        {
            await Grain(trajectory).CancelAsync(missing).WaitAsync(timings.CallPatience);
        }
        catch (Exception e)
        {
            Log.TrajectorySilent(logger, e, trajectory.Name, plan.Id); // at worst its stage runs to its end for nobody
        }
    }

    /// <summary>Tells the queue of a device class what the search shall get of its slots, and asks why stages that are ready do not run.</summary>
    public async Task<QueueReasons> LookAtQueueAsync(string deviceClass, SlotSettings slots)
    {
        try
        {
            var queue = grains.GetGrain<IDispatcherGrain>(deviceClass);
            await queue.WeighAsync(plan.Id, slots).WaitAsync(timings.CallPatience);
            var status = await queue.GetStatusAsync(QueueReasons.Named).WaitAsync(timings.CallPatience);
            return new QueueReasons(deviceClass, status);
        }
        catch (Exception e)
        {
            Log.QueueSilent(logger, e, deviceClass, plan.Id);
            return new QueueReasons(deviceClass, null);
        }
    }

    private Task StartAsync(TrajectoryPlan trajectory, bool retryFailed) =>
        Grain(trajectory).StartAsync(retryFailed).WaitAsync(timings.CallPatience);

    private ITrajectoryGrain Grain(TrajectoryPlan trajectory) => grains.GetGrain<ITrajectoryGrain>($"{plan.Id}/{trajectory.Name}");
}
