using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Comparisons;

/// <summary>What the stage tree saved: stages that several trajectories begin with ran once instead of once for each.</summary>
/// <param name="Stages">Distinct stages that finished.</param>
/// <param name="Steps">Optimizer steps that they ran.</param>
/// <param name="Seconds">Seconds that they took.</param>
/// <param name="SeparateStages">Stages, when each trajectory runs all of its own.</param>
/// <param name="SeparateSteps">Optimizer steps, when each trajectory runs all of its own.</param>
/// <param name="SeparateSeconds">Seconds, when each trajectory runs all of its own.</param>
public sealed record StageTreeSaving(int Stages, long Steps, double Seconds, int SeparateStages, long SeparateSteps, double SeparateSeconds)
{
    /// <summary>Steps that ran as a share of those without sharing, 0 to 1; 1 where nothing is trained.</summary>
    public double StepShare => SeparateSteps == 0 ? 1 : (double)Steps / SeparateSteps;

    /// <summary>Seconds as a share of those without sharing, 0 to 1.</summary>
    public double SecondShare => SeparateSeconds <= 0 ? 1 : Seconds / SeparateSeconds;

    /// <summary>The saving over the finished stages of some trajectories.</summary>
    /// <param name="trajectories">For each trajectory the reports of its finished stages, the base included.</param>
    public static StageTreeSaving Of(IEnumerable<IReadOnlyList<StageReport>> trajectories)
    {
        StageReport[] all = [.. trajectories.SelectMany(t => t)];
        StageReport[] distinct = [.. all.DistinctBy(r => r.Key)];
        return new StageTreeSaving(
            distinct.Length, distinct.Sum(r => (long)r.TrainedSteps), distinct.Sum(Took),
            all.Length, all.Sum(r => (long)r.TrainedSteps), all.Sum(Took));
    }

    private static double Took(StageReport report) => report.Seconds.Values.Sum();
}
