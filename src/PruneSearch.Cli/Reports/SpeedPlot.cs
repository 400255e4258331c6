using System.Globalization;
using PruneSearch.Cli.Plots;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using ScottPlot;

namespace PruneSearch.Cli.Reports;

/// <summary>Draws accuracy over speed: a marker an arm and level (the mean over seeds), a faint dot a seed, the frontier of the means as a line.</summary>
internal static class SpeedPlot
{
    private const int Width = 1300, Height = 780;
    private const float Run = .45f; // size of a seed's marker beside that of the mean

    public static byte[] Draw(SearchResults results, ArmColors colors)
    {
        var region = UsefulRegion.Of(results.Arms.Select(At));
        using var plot = new Plot();
        PlotTheme.Apply(plot, $"{results.Plan.Name}: accuracy over measured speed (numbers: pruning level in %)",
            $"mAP at IoU 0.5, {(results.OnTest ? "test" : "validation")} split", "speed-up over the dense original (times, larger is faster)");
        Models(plot, results, colors);
        plot.Axes.Margins(.07, .10);
        var legend = plot.ShowLegend(Edge.Right);
        legend.Legend.FontSize = 14;
        if (region is { } part)
        {
            Inset.Focus(plot, part, legend);
        }
        Labels(plot, [.. results.Arms.Where(a => region?.Contains(At(a)) ?? true)], FrontierOf(results), colors);
        byte[] picture = plot.GetImageBytes(Width, Height, ImageFormat.Png);
        return region is { } shown ? Inset.Add(picture, all => Models(all, results, colors, Inset.Scale), shown) : picture;
    }

    private static void Models(Plot plot, SearchResults results, ArmColors colors, float scale = 1)
    {
        var frontier = FrontierOf(results);
        if (frontier.Count > 1)
        {
            var line = plot.Add.ScatterLine(frontier.Select(a => a.SpeedUp).ToArray(), frontier.Select(a => a.Map50.Mean).ToArray(),
                Colors.Black.WithOpacity(.5));
            line.LineWidth = 2.5f;
            line.LegendText = "frontier of the means";
        }
        foreach (string? variant in results.Variants)
        {
            foreach (string arm in colors.Arms)
            {
                Arms(plot, [.. results.Pruned(variant).Where(a => a.Arm == arm)], variant is null ? arm : $"{variant}, {arm}", colors, scale);
            }
        }
        Arms(plot, Distinct(results.Variants.Select(results.Control).OfType<ArmResult>()), "dense control", colors, scale);
        Arms(plot, results.Original is { } o ? [o] : [], "dense original", colors, scale);
    }

    private static void Arms(Plot plot, List<ArmResult> arms, string name, ArmColors colors, float scale)
    {
        if (arms.Count == 0)
        {
            return;
        }
        var (color, shape, size) = (ColorOf(arms[0], colors), ShapeOf(arms[0], colors), SizeOf(arms[0]) * scale);
        var runs = arms.SelectMany(RunsOf).ToList();
        if (runs.Count > 0)
        {
            plot.Add.Markers(runs.Select(r => r.SpeedUp).ToArray(), runs.Select(r => r.Map50).ToArray(), shape, size * Run, color.WithOpacity(.35));
        }
        plot.Add.Markers(arms.Select(a => a.SpeedUp).ToArray(), arms.Select(a => a.Map50.Mean).ToArray(), shape, size, color).LegendText = name;
    }

    // The levels; those on the frontier first, since not all may find a place.
    private static void Labels(Plot plot, IReadOnlyList<ArmResult> visible, List<ArmResult> frontier, ArmColors colors)
    {
        var labels = new PointLabels(plot, Width, Height);
        foreach (var a in visible)
        {
            labels.Avoid(a.SpeedUp, a.Map50.Mean, SizeOf(a));
            foreach (var run in RunsOf(a))
            {
                labels.Avoid(run.SpeedUp, run.Map50, SizeOf(a) * Run);
            }
        }
        foreach (var (from, to) in frontier.Zip(frontier.Skip(1)))
        {
            labels.Avoid(At(from), At(to));
        }
        foreach (var a in visible.Where(IsPruned).OrderByDescending(frontier.Contains))
        {
            labels.Add(a.SpeedUp, a.Map50.Mean, string.Create(CultureInfo.InvariantCulture, $"{a.Level * 100:0.##}"), ColorOf(a, colors), SizeOf(a));
        }
        labels.Draw(12);
    }

    private static List<ArmResult> FrontierOf(SearchResults results)
    {
        bool[] on = ParetoFrontier.Of([.. results.Arms.Select(a => new[] { -a.SpeedUp, -a.Map50.Mean })]);
        return [.. results.Arms.Where((_, i) => on[i]).OrderBy(a => a.SpeedUp)];
    }

    // What a mean is made of; one run is drawn as its own mean alone.
    private static IReadOnlyList<TrajectoryResult> RunsOf(ArmResult arm) => arm.Results.Count > 1 ? arm.Results : [];

    private static Coordinates At(ArmResult arm) => new(arm.SpeedUp, arm.Map50.Mean);

    private static bool IsPruned(ArmResult arm) => arm.Schedule is ScheduleKind.OneShot or ScheduleKind.Iterative;

    private static Color ColorOf(ArmResult arm, ArmColors colors) =>
        arm.Schedule switch { ScheduleKind.Base => ArmColors.Original, ScheduleKind.DenseControl => ArmColors.Control, _ => colors.Of(arm.Arm) };

    private static MarkerShape ShapeOf(ArmResult arm, ArmColors colors) => arm.Schedule switch
    {
        ScheduleKind.Base => MarkerShape.FilledDiamond,
        ScheduleKind.DenseControl => MarkerShape.FilledTriangleDown,
        _ => colors.Shape(arm.Variant),
    };

    private static float SizeOf(ArmResult arm) => arm.Schedule switch { ScheduleKind.Base => 20, ScheduleKind.DenseControl => 14, _ => 13 };

    // Variants that train alike have one control.
    private static List<ArmResult> Distinct(IEnumerable<ArmResult> controls) =>
        [.. controls.DistinctBy(c => string.Join(',', c.Results.Select(r => r.Report.Key)))];
}
