using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.Trajectories;

/// <summary>
/// Whose turn it is to be asked. Every poll takes a bounded number of trajectories, in turn, and those at work in between: the
/// cost of a poll does not grow with the search, and each trajectory comes up again after a while. The first time, all are
/// started as fast as they answer, those with the longest paths first.
/// </summary>
internal sealed class PollSchedule(IEnumerable<TrajectoryPlan> plans, Func<TrajectoryPlan, bool> isUnfinished, bool retryFailed)
{
    public const int AtOnce = 64;

    private const int PerPoll = 256;
    private const int FirstPerPoll = 2048;
    private const int LivePerPoll = 64;
    private readonly Queue<TrajectoryPlan> _first = new(plans.Where(isUnfinished).OrderByDescending(p => p.Stages.Count));
    private readonly Queue<TrajectoryPlan> _round = [];

    /// <summary>One question to a trajectory.</summary>
    /// <param name="Plan">The trajectory.</param>
    /// <param name="IsFirst">Whether it has not been started yet.</param>
    public sealed record Poll(TrajectoryPlan Plan, bool IsFirst);

    /// <summary>Whether failed stages are tried again.</summary>
    public bool RetryFailed => retryFailed;

    /// <summary>Whose turn it is.</summary>
    /// <param name="live">Those at work: they are asked each time, so that their progress is seen.</param>
    public IReadOnlyList<Poll> Due(IEnumerable<TrajectoryPlan> live)
    {
        var due = new List<Poll>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        while (due.Count < FirstPerPoll && _first.TryDequeue(out var plan))
        {
            if (Take(plan, isFirst: true))
            {
                _round.Enqueue(plan);
            }
        }
        foreach (var plan in live.Take(LivePerPoll))
        {
            Take(plan, isFirst: false);
        }
        for (int left = _round.Count; left > 0 && due.Count < PerPoll; left--)
        {
            var plan = _round.Dequeue();
            Take(plan, isFirst: false);
            if (isUnfinished(plan))
            {
                _round.Enqueue(plan);
            }
        }
        return due;

        bool Take(TrajectoryPlan plan, bool isFirst)
        {
            bool takes = isUnfinished(plan) && taken.Add(plan.Name);
            if (takes)
            {
                due.Add(new Poll(plan, isFirst));
            }
            return takes;
        }
    }

    /// <summary>A trajectory more: it is asked at once, and comes up with the others from then on.</summary>
    public Poll Start(TrajectoryPlan plan)
    {
        _round.Enqueue(plan);
        return new Poll(plan, IsFirst: true);
    }

    /// <summary>A poll came to nothing: it is still to be started.</summary>
    public void Again(Poll poll)
    {
        if (poll.IsFirst)
        {
            _first.Enqueue(poll.Plan); // it is polled already; starting it twice is harmless
        }
    }
}
