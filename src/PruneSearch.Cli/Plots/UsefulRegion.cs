using ScottPlot;

namespace PruneSearch.Cli.Plots;

/// <summary>The part of a picture of accuracies that matters: models far below the best are of no use, and would squash the others.</summary>
internal static class UsefulRegion
{
    private const double Useful = .75, Worthwhile = 2, SideMargin = .10, UprightMargin = .14;

    /// <summary>
    /// Limits around the models with at least three quarters of the best accuracy; <see langword="null"/> where everything fits about as well: where the whole
    /// is less than twice as high.
    /// </summary>
    /// <param name="models">Where each lies: its speed or size, and its accuracy. Those that are not known (NaN) are passed over.</param>
    public static AxisLimits? Of(IEnumerable<Coordinates> models)
    {
        var points = models.Where(p => !double.IsNaN(p.X) && !double.IsNaN(p.Y)).ToList();
        if (points.Count < 2)
        {
            return null;
        }
        double best = points.Max(p => p.Y), worst = points.Min(p => p.Y);
        var useful = points.Where(p => p.Y >= best * Useful).ToList();
        double low = useful.Min(p => p.Y), left = useful.Min(p => p.X), right = useful.Max(p => p.X);
        double high = best - low, wide = right - left;
        if (high <= 0 || wide <= 0 || best - worst < Worthwhile * high)
        {
            return null;
        }
        return new AxisLimits(left - SideMargin * wide, right + SideMargin * wide, low - UprightMargin * high, best + UprightMargin * high);
    }
}
