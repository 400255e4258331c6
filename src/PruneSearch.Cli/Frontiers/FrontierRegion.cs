using PruneSearch.Core.Searches;
using ScottPlot;

namespace PruneSearch.Cli.Frontiers;

/// <summary>The part of a picture that matters: models far below the best are of no use, and would squash the others.</summary>
internal static class FrontierRegion
{
    private const double Useful = .75, Worthwhile = 2, SideMargin = .10, UprightMargin = .14;

    /// <summary>
    /// Limits around the models with at least three quarters of the best accuracy; <see langword="null"/> where everything fits about as well: where the whole
    /// is less than twice as high.
    /// </summary>
    public static AxisLimits? Of(FrontierView view, PlotAxes axes)
    {
        var points = view.Points.Where(p => !double.IsNaN(axes.X(p)) && !double.IsNaN(axes.Y(p))).ToList();
        if (points.Count < 2)
        {
            return null;
        }
        double best = points.Max(axes.Y), worst = points.Min(axes.Y);
        var useful = points.Where(p => axes.Y(p) >= best * Useful).ToList();
        double low = useful.Min(axes.Y), left = useful.Min(axes.X), right = useful.Max(axes.X);
        double high = best - low, wide = right - left;
        if (high <= 0 || wide <= 0 || best - worst < Worthwhile * high)
        {
            return null;
        }
        return new AxisLimits(left - SideMargin * wide, right + SideMargin * wide, low - UprightMargin * high, best + UprightMargin * high);
    }
}
