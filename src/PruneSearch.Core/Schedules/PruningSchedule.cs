namespace PruneSearch.Core.Schedules;

/// <summary>Cumulative pruning ratios of a trajectory, one a stage. Equal steps give equal prefixes, so stages can be shared.</summary>
public static class PruningSchedule
{
    /// <summary>Steps of one size to the target; the last step is what is left.</summary>
    /// <param name="step">Share of the dense channels a stage, above 0 and below 1.</param>
    /// <param name="target">Share in the end, above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static IReadOnlyList<double> Constant(double step, double target)
    {
        Require(target, nameof(target));
        Require(step, nameof(step));
        int stages = (int)Math.Ceiling(target / step - 1e-9);
        return [.. Enumerable.Range(1, stages).Select(i => i == stages ? target : Rounded(i * step))];
    }

    /// <summary>The target in equal steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static IReadOnlyList<double> Linear(int stages, double target) => Along(stages, target, t => target * t);

    /// <summary>Every stage removes the same share of what is left.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static IReadOnlyList<double> Geometric(int stages, double target) => Along(stages, target, t => 1 - Math.Pow(1 - target, t));

    /// <summary>Much at first, less and less later: target · (1 − (1 − t)³) (Zhu, Gupta 2017, "To prune, or not to prune": AGP).</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static IReadOnlyList<double> Cubic(int stages, double target) => Along(stages, target, t => target * (1 - Math.Pow(1 - t, 3)));

    private static IReadOnlyList<double> Along(int stages, double target, Func<double, double> share)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stages, 1);
        Require(target, nameof(target));
        return [.. Enumerable.Range(1, stages).Select(i => i == stages ? target : Rounded(share((double)i / stages)))];
    }

    // Ratios are part of stage keys: 0.1 + 0.2 and 0.3 must be the same stage.
    private static double Rounded(double ratio) => Math.Round(ratio, 6);

    private static void Require(double share, string name)
    {
        if (share is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(name, share, "expected a share above 0 and below 1");
        }
    }
}
