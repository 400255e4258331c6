using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.Trajectories;

/// <summary>
/// Whose turn it is to be asked. Every poll takes a bounded number of trajectories, in turn, and those at work in between: the
/// cost of a poll does not grow with the search, and each trajectory comes up again after a while. Before that, all are
/// started as fast as they answer, those with the longest paths first.
/// </summary>
internal sealed class PollSchedule(IEnumerable<TrajectoryPlan> plans, Func<TrajectoryPlan, bool> isUnfinished, bool retryFailed)
{
    private const int AtOnce = 64;
    private const int AtLeast = 4;
    private const int PerPoll = 256;

    // Whoever wants something of the coordinator waits no longer than this and for one answer of a trajectory.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);
    private readonly Queue<(TrajectoryPlan Plan, bool IsInRound)> _first =
        new(plans.Where(isUnfinished).OrderByDescending(p => p.Stages.Count).Select(p => (p, false)));
    private readonly Queue<TrajectoryPlan> _round = [];
    private int _atOnce = AtOnce;
    private int _missed;

    /// <summary>One question to a trajectory.</summary>
    /// <param name="Plan">The trajectory.</param>
    /// <param name="IsFirst">Whether it has not been started yet.</param>
    public sealed record Poll(TrajectoryPlan Plan, bool IsFirst);

    /// <summary>Whether failed stages are tried again.</summary>
    public bool RetryFailed => retryFailed;

    /// <summary>Asks those whose turn it is, as many as there is time for; the others are asked with the next poll.</summary>
    /// <param name="live">Those at work: they are asked each time, so that their progress is seen.</param>
    /// <param name="ask">Asks one.</param>
    /// <param name="time">Measures how long that takes.</param>
    /// <returns>Whether it came to all that are to be started: otherwise it should go on soon.</returns>
    public async Task<bool> AskAsync(IReadOnlyList<TrajectoryPlan> live, Func<Poll, Task> ask, TimeProvider time)
    {
        long began = time.GetTimestamp();
        using var due = Due(live).GetEnumerator();
        for (int i = 0; Batch(due) is { Count: > 0 } batch; i++)
        {
            _missed = 0;
            await Task.WhenAll(batch.Select(ask));
            // Where more is asked than is answered in time, everything is asked again and again: so it is less, until answers come.
            _atOnce = _missed > batch.Count / 4 ? Math.Max(_atOnce / 2, AtLeast) : Math.Min(_atOnce * 2, AtOnce);
            if (i > 0 && time.GetElapsedTime(began) > Longest)
            {
                return _first.Count == 0;
            }
        }
        return true;
    }

    private List<Poll> Batch(IEnumerator<Poll> due)
    {
        var batch = new List<Poll>(_atOnce);
        while (batch.Count < _atOnce && due.MoveNext())
        {
            batch.Add(due.Current);
        }
        return batch;
    }

    /// <summary>One more that is to be started.</summary>
    public void Add(TrajectoryPlan plan) => _first.Enqueue((plan, IsInRound: false));

    // Whoever stops in between goes on there the next time.
    private IEnumerable<Poll> Due(IReadOnlyList<TrajectoryPlan> live)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var plan in live.Take(AtOnce).Where(Takes))
        {
            yield return new Poll(plan, IsFirst: false);
        }
        for (int left = _first.Count; left > 0; left--)
        {
            var (plan, isInRound) = _first.Dequeue();
            if (isUnfinished(plan))
            {
                taken.Add(plan.Name);
                if (!isInRound)
                {
                    _round.Enqueue(plan);
                }
                yield return new Poll(plan, IsFirst: true);
            }
        }
        for (int left = Math.Min(_round.Count, PerPoll); left > 0; left--)
        {
            var plan = _round.Dequeue();
            if (isUnfinished(plan))
            {
                _round.Enqueue(plan);
                if (Takes(plan))
                {
                    yield return new Poll(plan, IsFirst: false);
                }
            }
        }

        bool Takes(TrajectoryPlan plan) => isUnfinished(plan) && taken.Add(plan.Name);
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
        _missed++;
        if (poll.IsFirst)
        {
            _first.Enqueue((poll.Plan, IsInRound: true)); // starting it twice is harmless
        }
    }
}
