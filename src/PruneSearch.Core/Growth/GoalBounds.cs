using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Growth;

/// <summary>A goal as strategies see it: its bounds as costs, which depend on the original.</summary>
internal static class GoalBounds
{
    // A model that is exactly as good as its bound meets the goal.
    private const double Tolerance = 1e-9;

    /// <summary>The goal among a search's objectives.</summary>
    /// <param name="goal">What is looked for.</param>
    /// <param name="objectives">What is weighed; every figure of the goal is among them.</param>
    /// <param name="original">What the goal compares with.</param>
    public static StrategyGoal Of(GoalSettings goal, IReadOnlyList<Objective> objectives, StageReport original)
    {
        var parts = objectives.Select(o => goal.Parts.Where(p => p.Objective == o).Select(p => p.Part).FirstOrDefault()).ToList();
        int best = parts.FindIndex(p => p?.Best == true);
        return new StrategyGoal([.. parts.Zip(objectives, (part, objective) => Bound(part, objective, original))], best < 0 ? null : best);
    }

    private static double? Bound(IGoalPart? part, Objective objective, StageReport original) => part switch
    {
        AccuracyGoal { Best: false } accuracy => 1 - GoalAnswer.Bound(accuracy, objective, original) + Tolerance,
        SpeedGoal { AtLeast: { } factor } => 1 / factor + Tolerance,
        SizeGoal { AtMost: { } share } => share + Tolerance,
        _ => null,
    };
}
