using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Following;

/// <summary>
/// Estimates how long a trajectory still takes, from the steps seen lately and its finished stages. An attempt that another slot
/// takes over jumps to its snapshot: the median pace does not see that.
/// </summary>
internal sealed class TimeLeft(TimeProvider time)
{
    private const int MostPaces = 41;
    private readonly Dictionary<string, Pace> _paces = new(StringComparer.Ordinal);

    /// <summary>The estimate; <see langword="null"/> while there is nothing to base it on.</summary>
    public TimeSpan? Of(TrajectoryStatus t)
    {
        if (t is not { State: WorkState.Running, Progress: { Steps: > 0 } p })
        {
            return null;
        }
        var attempt = (t.CompletedStages, t.Attempts);
        if (!_paces.TryGetValue(t.Name, out var pace) || pace.Attempt != attempt || p.Step < pace.Step)
        {
            _paces[t.Name] = pace = new Pace(attempt) { Step = p.Step, At = time.GetTimestamp() };
        }
        else if (p.Step > pace.Step)
        {
            pace.Seconds.Enqueue(time.GetElapsedTime(pace.At).TotalSeconds / (p.Step - pace.Step));
            (pace.Step, pace.At) = (p.Step, time.GetTimestamp());
            while (pace.Seconds.Count > MostPaces)
            {
                pace.Seconds.Dequeue();
            }
        }
        if (pace.Seconds.Count == 0)
        {
            return null;
        }
        double secondsPerStep = pace.Seconds.Order().ElementAt(pace.Seconds.Count / 2); // of two, the slower
        double perStage = t.SecondsPerStage ?? secondsPerStep * p.Steps;
        int after = Math.Max(0, t.Stages - t.CompletedStages - 1);
        return TimeSpan.FromSeconds(secondsPerStep * (p.Steps - p.Step) + perStage * after);
    }

    private sealed class Pace((int Stages, int Attempts) attempt)
    {
        public (int Stages, int Attempts) Attempt => attempt;

        public int Step { get; set; }

        public long At { get; set; }

        /// <summary>Seconds a step, between two looks at which the step was another one.</summary>
        public Queue<double> Seconds { get; } = [];
    }
}
