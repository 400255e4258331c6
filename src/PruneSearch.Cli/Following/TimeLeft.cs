using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Following;

/// <summary>Estimates how long a trajectory still takes, from the steps seen so far and its finished stages.</summary>
internal sealed class TimeLeft(TimeProvider time)
{
    private readonly Dictionary<string, (int Stage, int Step, long At)> _firsts = new(StringComparer.Ordinal);

    /// <summary>The estimate; <see langword="null"/> while there is nothing to base it on.</summary>
    public TimeSpan? Of(TrajectoryStatus t)
    {
        if (t is not { State: WorkState.Running, Progress: { Steps: > 0 } p })
        {
            return null;
        }
        int stage = t.CompletedStages;
        if (!_firsts.TryGetValue(t.Name, out var first) || first.Stage != stage || first.Step > p.Step)
        {
            _firsts[t.Name] = (stage, p.Step, time.GetTimestamp());
            return null;
        }
        if (p.Step == first.Step)
        {
            return null;
        }
        double secondsPerStep = time.GetElapsedTime(first.At).TotalSeconds / (p.Step - first.Step);
        double perStage = t.SecondsPerStage ?? secondsPerStep * p.Steps;
        int after = Math.Max(0, t.Stages - stage - 1);
        return TimeSpan.FromSeconds(secondsPerStep * (p.Steps - p.Step) + perStage * after);
    }
}
