using System.CommandLine;
using System.Diagnostics;
using PruneSearch.Core;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Searches;
using PruneSearch.Detection.Import;
using PruneSearch.Inference.Costs;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;
using static System.FormattableString;

namespace PruneSearch.Benchmarks.Verbs;

/// <summary>How well a table of measured costs predicts the latency of random structures, each measured beside the dense one.</summary>
internal static class CostsVerb
{
    public static Command Create()
    {
        var name = new Argument<string>("NETWORK") { Description = "ssd, yolox-nano or retinanet-mobilenet" };
        var structures =
            new Option<int>("--structures") { DefaultValueFactory = _ => CostMeasuring.DefaultStructures, Description = "Structures of the table" };
        var tests = new Option<int>("--tests") { DefaultValueFactory = _ => 50, Description = "Random structures to predict and to measure" };
        var roundTo = new Option<int>("--round-to") { DefaultValueFactory = _ => 8, Description = "Multiple that their widths are rounded to" };
        var seconds = new Option<double>("--max-seconds") { DefaultValueFactory = _ => 4, Description = "Time limit of each measurement" };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1, Description = "Draws structures" };
        var processor = new Option<bool>("--processor-time") { Description = "Time is what the thread computes, for machines that others use too" };
        var command = new Command("costs", "Error of predicted latencies over random structures")
        {
            name, structures, tests, roundTo, seconds, seed, processor,
        };
        command.SetAction((p, c) => Task.Run(() => Run(Build(p.GetValue(name)!), p.GetValue(structures), p.GetValue(tests), p.GetValue(roundTo),
            p.GetValue(seconds), p.GetValue(seed), p.GetValue(processor) ? new ProcessorClock() : TimeProvider.System, c), c));
        return command;
    }

    private static DetectorModel Build(string name) => name == "ssd"
        ? DetectorCatalog.Build(SsdFamily.Spec([.. Enumerable.Range(1, 23).Select(i => $"class {i}")]) with { BatchNorm = false })
        : BenchmarkNetwork.Build(name, batchNorm: false);

    private static int Run(DetectorModel dense, int structures, int tests, int roundTo, double seconds, int seed, TimeProvider time,
        CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var table = new CostMeasuring(time).Measure(dense, m => RandomWeights.For(m, 1), threads: 1, structures, seed: seed, cancellation: cancellation);
        var found = table.HeldOut;
        Console.WriteLine(Invariant($"{table.Device.Processor}, {table.Device.Engine}: {structures} structures in {clock.Elapsed.TotalSeconds:0} s, dense ") +
            Invariant($"{table.DenseMilliseconds:0.0} ms, multiples of {table.Multiple}; held out: {found.Mean:P1} on average, {found.Percentile90:P1}, ") +
            Invariant($"{found.Largest:P1}"));
        var random = new SeededRandom(seed, 2);
        var options = new LatencyOptions { MaxSeconds = seconds };
        byte[] File(DetectorModel model) => OnnxExport.ToBytes(model, RandomWeights.For(model, 1));
        byte[] denseFile = File(dense);
        var errors = new List<double>();
        var halfWidths = new List<double>();
        for (int i = 0; i < tests; i++)
        {
            double most = random.NextDouble();
            var model = dense.With(dense.Network.Groups.ToDictionary(
                g => g.Name, g => PruningLimits.Nearest(g, g.Width * (1 - 0.9 * most * random.NextDouble()), roundTo), StringComparer.Ordinal));
            byte[] file = File(model);
            var report = new LatencyMeter(time).Compare(
                () => new OnnxLatencyEngine(denseFile, 1, "dense"), () => new OnnxLatencyEngine(file, 1, "structure"), options, cancellation);
            double predicted = table.ShareOf(model.Network);
            errors.Add(predicted * report.SpeedUp - 1);
            halfWidths.Add((report.SpeedUpHigh - report.SpeedUpLow) / 2 / report.SpeedUp);
            Console.WriteLine(Invariant($"{i + 1}: measured {1 / report.SpeedUp:0.000}, predicted {predicted:0.000}, {errors[^1]:+0.0%;-0.0%}"));
        }
        var error = CostError.Of(errors);
        Console.WriteLine(Invariant($"{tests} structures in multiples of {roundTo}: {error.Mean:P1} on average, 90th percentile {error.Percentile90:P1}, ") +
            Invariant($"largest {error.Largest:P1}, bias {errors.Average():P1}; half-width of the measurements' intervals, median ") +
            Invariant($"{halfWidths.Order().ElementAt(tests / 2):P1}"));
        return 0;
    }
}
