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
            return await NewsAsync(poll.Plan, poll.IsFirst, schedule.RetryFailed, known).WaitAsync(timings.CallTimeout);
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
            await Grain(trajectory).CancelAsync(missing).WaitAsync(timings.CallTimeout);
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
            return await LookAsync(deviceClass, slots).WaitAsync(timings.CallTimeout);
        }
        catch (Exception e)
        {
            Log.QueueSilent(logger, e, deviceClass, plan.Id);
            return new QueueReasons(deviceClass, null);
        }
    }

    private async Task<TrajectoryNews> NewsAsync(TrajectoryPlan trajectory, bool isFirst, bool retryFailed, int known)
    {
        var grain = Grain(trajectory);
        if (isFirst)
        {
            await grain.StartAsync(retryFailed);
        }
        var news = await grain.GetStatusAsync(known);
        if (!news.IsStarted)
        {
            await grain.StartAsync(retryFailed: false);
            news = await grain.GetStatusAsync(known);
        }
        return news;
    }

    private async Task<QueueReasons> LookAsync(string deviceClass, SlotSettings slots)
    {
        var queue = grains.GetGrain<IDispatcherGrain>(deviceClass);
        await queue.WeighAsync(plan.Id, slots);
        return new QueueReasons(deviceClass, await queue.GetStatusAsync(QueueReasons.Named));
    }

    private ITrajectoryGrain Grain(TrajectoryPlan trajectory) => grains.GetGrain<ITrajectoryGrain>($"{plan.Id}/{trajectory.Name}");
}
