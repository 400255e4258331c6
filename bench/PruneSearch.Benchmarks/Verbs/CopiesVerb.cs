using System.CommandLine;
using System.Diagnostics;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Stages;
using PruneSearch.Detection.Import;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;
using static System.FormattableString;

namespace PruneSearch.Benchmarks.Verbs;

/// <summary>
/// Measures copies of one model beside each other, again and again: the true speed-up is 1, so a 95 % interval should hold 1
/// in 95 of 100 measurements.
/// </summary>
internal static class CopiesVerb
{
    public static Command Create()
    {
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 96, Description = "Edge of the input in pixels" };
        var width = new Option<double>("--width-multiplier") { DefaultValueFactory = _ => 0.35, Description = "Width multiplier of the detector" };
        var times = new Option<int>("--times") { DefaultValueFactory = _ => 100, Description = "Measurements" };
        var seconds = new Option<double>("--max-seconds") { DefaultValueFactory = _ => 10, Description = "Time limit of each" };
        var command = new Command("copies", "How often the interval of a speed-up holds the truth") { size, width, times, seconds };
        command.SetAction((p, c) => Task.Run(() => Run(p.GetValue(size), p.GetValue(width), p.GetValue(times), p.GetValue(seconds), c), c));
        return command;
    }

    private static int Run(int size, double width, int times, double seconds, CancellationToken cancellation)
    {
        var small = new SsdOptions { WidthMultiplier = width, Extras = ExtraLayerStyle.Separable };
        var model = DetectorCatalog.Build(SsdFamily.Spec(["a", "b", "c"], small) with { InputSize = size });
        byte[] file = OnnxExport.ToBytes(model, RandomWeights.For(model, 1));
        var reports = new List<LatencyReport>();
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < times; i++)
        {
            var options = new LatencyOptions { MaxSeconds = seconds, Seed = i };
            reports.Add(LatencyTable.Measure([LatencyCandidate.Onnx("copy", file, threads: 1)], options, TimeProvider.System, cancellation).Rows[0].Report);
        }
        int held = reports.Count(r => r.SpeedUpLow <= 1 && 1 <= r.SpeedUpHigh);
        double[] errors = [.. reports.Select(r => Math.Abs(r.SpeedUp - 1)).Order()],
            halfWidths = [.. reports.Select(r => (r.SpeedUpHigh - r.SpeedUpLow) / 2).Order()];
        Console.WriteLine(Invariant(
            $"{reports[0].Device.Processor}, {reports[0].Device.Engine}, {PairedLatencies.Median([.. reports.Select(r => r.Milliseconds)]):0.000} ms a run"));
        Console.WriteLine(Invariant($"1.00 inside the interval: {held} of {times}"));
        Console.WriteLine(Invariant($"half-width of the interval: median {halfWidths[times / 2]:0.0000}, largest {halfWidths[^1]:0.0000}"));
        Console.WriteLine(Invariant($"distance of the speed-up from 1: median {errors[times / 2]:0.0000}, largest {errors[^1]:0.0000}"));
        double each = clock.Elapsed.TotalSeconds / times, runs = reports.Average(r => r.Runs);
        Console.WriteLine(Invariant(
            $"converged: {reports.Count(r => r.Converged)} of {times}; runs of each model {runs:0}; seconds a measurement {each:0.00}"));
        return 0;
    }
}
