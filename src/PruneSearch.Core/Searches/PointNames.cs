namespace PruneSearch.Core.Searches;

/// <summary>The models of a frontier as they are shown, and the ones that users name.</summary>
public static class PointNames
{
    private const int ShortestKey = 6;

    /// <summary>Trajectory and iteration; the base detector of each seed is an original.</summary>
    public static string Of(FrontierPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        string name = point.Schedule switch
        {
            ScheduleKind.Base => Original(point.Trajectory),
            ScheduleKind.OneShot when point.Iteration <= 1 => point.Trajectory, // with more, it was trained on after its first look
            _ => $"{point.Trajectory} #{point.Iteration}",
        };
        return name + (point.IsQuantised ? " int8" : "");
    }

    /// <summary>The model with a name, as the frontier shows it but for spaces; a trajectory's name alone is its last model.</summary>
    /// <exception cref="KeyNotFoundException">There is none, or several keys begin like that.</exception>
    public static FrontierPoint Find(FrontierView view, string name)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(name);
        string wanted = Plain(name);
        if (view.Points.FirstOrDefault(p => Plain(Of(p)) == wanted) is { } named)
        {
            return named;
        }
        string precision = wanted.EndsWith("int8", StringComparison.Ordinal) ? FrontierPoints.QuantisedPrecision : FrontierPoints.TrainedPrecision;
        string stem = precision == FrontierPoints.QuantisedPrecision ? wanted[..^"int8".Length] : wanted;
        if (view.Points.Where(p => p.Trajectory == stem && p.Precision == precision).MaxBy(p => p.Iteration) is { } last)
        {
            return last;
        }
        var keyed = view.Points.Where(p => stem.Length >= ShortestKey && p.Precision == precision
            && p.Report.Key.ToString().StartsWith(stem, StringComparison.Ordinal)).ToList();
        return keyed.Count == 1 ? keyed[0]
            : keyed.Count > 1 ? throw new KeyNotFoundException(
                $"{keyed.Count} models of '{view.SearchId}' have keys that begin with '{name}', expected more digits.")
            : throw new KeyNotFoundException($"There is no model '{name}' in '{view.SearchId}'; it has {Known(view)}.");
    }

    private static string Original(string trajectory) =>
        "original" + (trajectory.StartsWith(Planner.DenseTrajectory, StringComparison.Ordinal) ? trajectory[Planner.DenseTrajectory.Length..] : "");

    private static string Known(FrontierView view) =>
        view.Points.Count == 0 ? "none yet" : string.Join(", ", view.Points.Select(p => Plain(Of(p))));

    private static string Plain(string name) => name.Replace(" ", "", StringComparison.Ordinal);
}
