using System.Globalization;
using PruneSearch.Cli.Plots;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Strategies;
using ScottPlot;

namespace PruneSearch.Cli.GrowthReports;

/// <summary>
/// Draws every configuration as a line through its values (parallel coordinates, Inselberg 1985): an axis a hyperparameter, then one an
/// objective. The frontier is drawn thick; it and what was trained to the end go from blue to red with their accuracy, what was stopped
/// early is grey.
/// </summary>
internal static class ParallelPlot
{
    private const int WidthPerAxis = 135, Height = 760;
    private const double Missing = -0.12;
    private static readonly Color Faint = Color.FromHex("#9AA3AD");

    /// <summary>The picture, as PNG.</summary>
    /// <param name="results">With at least one result.</param>
    public static byte[] Draw(GrownResults results)
    {
        var shown = results.Tried.Where(t => t.Deepest is not null).ToList();
        var axes = Axes(results, shown);
        var frontier = results.Frontier;
        int top = results.Rungs.Count - 1, accuracy = results.Objectives.ToList().FindIndex(o => o is Objective.Map50 or Objective.Map);
        bool IsColoured(TriedConfiguration t) => t.Deepest!.Rung == top || frontier.Contains(t.Configuration);
        double[] grades = [.. shown.Where(IsColoured).Select(t => -t.Deepest!.Costs[Math.Max(0, accuracy)]).Order()];
        using var plot = new Plot();
        string grey = results.Stops ? "; grey: stopped early" : "";
        PlotTheme.Apply(plot, $"{results.Name}: what was tried (thick: the frontier; from blue to red: accuracy{grey})");
        plot.HideGrid();
        foreach (var tried in shown.OrderBy(t => frontier.Contains(t.Configuration) ? 2 : t.Deepest!.Rung == top ? 1 : 0))
        {
            bool on = frontier.Contains(tried.Configuration), coloured = IsColoured(tried);
            double[] ys = [.. axes.Select(a => a.Place(tried))];
            var color = coloured ? Grade(grades, -tried.Deepest!.Costs[Math.Max(0, accuracy)]) : Faint;
            var line = plot.Add.ScatterLine([.. ys.Select((_, i) => (double)i)], ys, color.WithOpacity(on ? 1 : coloured ? .65 : .4));
            line.LineWidth = on ? 3.5f : 1.2f;
        }
        for (int i = 0; i < axes.Count; i++)
        {
            Axis(plot, i, axes[i]);
        }
        plot.Axes.SetLimits(-.55, axes.Count - .35, -.2, 1.08);
        plot.Axes.Left.IsVisible = plot.Axes.Right.IsVisible = plot.Axes.Top.IsVisible = false;
        plot.Axes.Bottom.SetTicks([.. axes.Select((_, i) => (double)i)], [.. axes.Select(a => a.Name)]);
        plot.Axes.Bottom.TickLabelStyle.FontSize = 15;
        return plot.GetImageBytes(Math.Max(700, WidthPerAxis * axes.Count), Height, ImageFormat.Png);
    }

    private static void Axis(Plot plot, int x, AxisOf axis)
    {
        plot.Add.Line(x, 0, x, 1).LineStyle = new LineStyle { Width = 1.5f, Color = Colors.Black };
        foreach (var (place, label) in axis.Marks)
        {
            plot.Add.Line(x - .03, place, x, place).LineStyle = new LineStyle { Width = 1.5f, Color = Colors.Black };
            var text = plot.Add.Text(label, x - .04, place);
            text.LabelFontSize = 13;
            text.LabelAlignment = Alignment.MiddleRight;
            text.LabelBackgroundColor = Colors.White.WithOpacity(.75);
        }
    }

    private static List<AxisOf> Axes(GrownResults results, List<TriedConfiguration> shown)
    {
        var axes = new List<AxisOf>();
        foreach (var (i, h) in results.Space.Hyperparameters.Index().Where(h => h.Item.Count != 1))
        {
            bool missing = shown.Exists(t => double.IsNaN(t.Configuration[i]));
            axes.Add(new AxisOf(
                h.Name,
                t => double.IsNaN(t.Configuration[i]) ? Missing : h.ToUnit(t.Configuration[i]),
                [.. Marks(h), .. missing ? [(Missing, "–")] : Array.Empty<(double, string)>()]));
        }
        foreach (var (i, objective) in results.Objectives.Index())
        {
            double[] figures = [.. shown.Select(t => GrownResults.Figure(objective, t.Deepest!.Costs[i]))];
            double low = figures.Min(), high = figures.Max(), range = high > low ? high - low : 1;
            axes.Add(new AxisOf(
                objective.Title(),
                t => (GrownResults.Figure(objective, t.Deepest!.Costs[i]) - low) / range,
                [.. Enumerable.Range(0, high > low ? 6 : 1).Select(k => (k / 5.0, Number(low + k / 5.0 * range)))]));
        }
        return axes;
    }

    private static IEnumerable<(double Place, string Label)> Marks(Hyperparameter h) => h is ChoiceHyperparameter choice
        ? choice.Values.Select((v, i) => (h.ToUnit(i), v))
        : Enumerable.Range(0, 6).Select(k => h.FromUnit(k / 5.0)).Distinct().Select(v => (h.ToUnit(v), h.Text(v)));

    // By rank: a single bad model does not make all others look alike.
    private static Color Grade(double[] sorted, double value)
    {
        int place = Array.BinarySearch(sorted, value);
        return new ScottPlot.Colormaps.Turbo().GetColor(.12 + .78 * (place < 0 ? ~place : place) / Math.Max(1, sorted.Length - 1));
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private sealed record AxisOf(string Name, Func<TriedConfiguration, double> Place, IReadOnlyList<(double Place, string Label)> Marks);
}
