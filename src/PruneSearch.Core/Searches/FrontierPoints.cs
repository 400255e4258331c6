using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>From the reports of stages to points of a frontier, and what they are worth beside one another.</summary>
public static class FrontierPoints
{
    /// <summary>Precision of the models that were trained.</summary>
    public const string TrainedPrecision = "float32";

    /// <summary>Precision of quantised models.</summary>
    public const string QuantisedPrecision = "int8";

    /// <summary>The point itself and, where its stage quantised the detector, another one for that.</summary>
    public static IEnumerable<FrontierPoint> Expand(FrontierPoint point)
    {
        yield return point;
        if (point.Report.Quantised is { } int8)
        {
            yield return point with { Precision = QuantisedPrecision, Report = point.Report with { Score = int8 } };
        }
    }

    /// <summary>
    /// Says of every point whether it is on the frontier and whether it is slower than its parent. Latencies of different
    /// devices are never weighed against one another: where latency is an objective, every device has a frontier of its own,
    /// and the base detector, whose speed-up is 1 everywhere, competes in each.
    /// </summary>
    /// <param name="points">All points of a search, in any order.</param>
    /// <param name="objectives">What is weighed.</param>
    /// <returns>The points in the same order.</returns>
    public static IReadOnlyList<FrontierPoint> Mark(IReadOnlyList<FrontierPoint> points, IReadOnlyList<Objective> objectives)
    {
        var byStage = points.ToLookup(p => (p.Report.Key, p.Precision));
        double[][] costs = [.. points.Select(p => objectives.Select(o => o == Objective.Latency && IsBase(p) ? 1 : o.Cost(p.Report)).ToArray())];
        var marked = new FrontierPoint[points.Count];
        foreach (var group in Enumerable.Range(0, points.Count).GroupBy(i => objectives.Contains(Objective.Latency) ? points[i].Report.Latency.Device : null))
        {
            int[] own = [.. group];
            // The base of another device competes too, but is marked where it was measured.
            int[] all = [.. own, .. Enumerable.Range(0, points.Count).Where(i => IsBase(points[i])).Except(own)];
            bool[] on = ParetoFrontier.Of([.. all.Select(i => costs[i])]);
            for (int i = 0; i < own.Length; i++)
            {
                var point = points[own[i]];
                var parent = point.Parent is { } key ? byStage[(key, point.Precision)].FirstOrDefault() : null;
                marked[own[i]] = point with { OnFrontier = on[i], SlowerThanParent = IsSlower(point, parent) };
            }
        }
        return marked;
    }

    /// <summary>A search's points as they are shown: quantised models beside the others, weighed, the base first, then by speed, slowest first.</summary>
    /// <param name="name">The user's name for it.</param>
    /// <param name="objectives">What is weighed.</param>
    /// <param name="points">One a finished stage, in any order.</param>
    /// <param name="deviceClass">Where they were measured; <see langword="null"/> for the slots that trained them.</param>
    /// <param name="figures">What was measured there: models without a figure are left out.</param>
    public static FrontierView View(
        string searchId, string name, IReadOnlyList<Objective> objectives, IEnumerable<FrontierPoint> points, string? deviceClass = null,
        IReadOnlyList<DeviceFigure>? figures = null)
    {
        ArgumentNullException.ThrowIfNull(points);
        points = deviceClass is null ? points : On(deviceClass, points, figures ?? []);
        return new FrontierView
        {
            SearchId = searchId,
            Name = name,
            Objectives = objectives.ToArray(),
            DeviceClass = deviceClass,
            Points = Mark([.. points.SelectMany(Expand)], objectives)
                .OrderBy(p => p.Iteration == 0 ? 0 : 1)
                .ThenBy(p => p.Report.Latency.SpeedUp)
                .ThenBy(p => p.Report.Key.ToString(), StringComparer.Ordinal)
                .ThenBy(p => p.Precision, StringComparer.Ordinal)
                .ToArray(),
        };
    }

    // The points as they are on another device class: those that were measured there, with their figures from there alone.
    private static FrontierPoint[] On(string deviceClass, IEnumerable<FrontierPoint> points, IEnumerable<DeviceFigure> figures)
    {
        var own = figures.Where(f => f.DeviceClass == deviceClass).ToDictionary(f => f.Model);
        return [.. points.Where(p => own.ContainsKey(p.Report.Key)).Select(p => p with { Report = Measured(p.Report, own[p.Report.Key]) })];
    }

    // What surrounds the network was timed on the slot, so it is none of the device's figures.
    private static StageReport Measured(StageReport report, DeviceFigure figure) => report with
    {
        Latency = figure.Latency,
        Quantised = report.Quantised is { } int8 && figure.Quantised is { } latency ? int8 with { Latency = latency } : null,
        Processing = null,
    };

    private static bool IsBase(FrontierPoint point) => point is { Iteration: 0, Precision: TrainedPrecision };

    // The base has no parent; what is quantised from it has: the float model, whose speed-up is 1. At another input size nothing was taken away.
    private static bool IsSlower(FrontierPoint point, FrontierPoint? parent)
    {
        var latency = point.Report.Latency;
        return parent is null
            ? point.Precision != TrainedPrecision && latency.SpeedUpHigh < 1
            : parent.Report.Latency.Device == latency.Device && parent.Report.InputSize == point.Report.InputSize
                && latency.SpeedUpHigh < parent.Report.Latency.SpeedUpLow;
    }
}
