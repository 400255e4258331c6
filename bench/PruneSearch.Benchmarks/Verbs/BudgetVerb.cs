using System.CommandLine;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Detection.Evaluation;
using PruneSearch.Detection.Import;
using PruneSearch.Inference.Costs;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;
using PruneSearch.Pruning;
using PruneSearch.Pruning.Selection;
using static System.FormattableString;
using static TorchSharp.torch;

namespace PruneSearch.Benchmarks.Verbs;

/// <summary>
/// The trained SSD-MobileNet-V2 within latency budgets, compensated and not trained: widths by a knapsack over measured costs, by one threshold, and
/// the same share of every group. Time is what the thread computes.
/// </summary>
internal static class BudgetVerb
{
    public static Command Create()
    {
        var ratios = new Argument<double[]>("RATIO") { Description = "Shares of the latency that go" };
        var groups = new Option<string[]>("--groups")
        {
            DefaultValueFactory = _ => ["hidden", "neck"],
            AllowMultipleArgumentsPerToken = true,
            Description = "What may go",
        };
        var shared = new Option<string>("--shared") { DefaultValueFactory = _ => "../shared", Description = "Folder with weights and data/voc07-5class" };
        var images = new Option<int>("--images") { DefaultValueFactory = _ => int.MaxValue, Description = "Validation photos to take" };
        var seconds = new Option<double>("--max-seconds") { DefaultValueFactory = _ => 6, Description = "Time limit of each measurement" };
        var by = new Option<string[]>("--by")
        {
            DefaultValueFactory = _ => ["knapsack", "uniform", "threshold"],
            AllowMultipleArgumentsPerToken = true,
            Description = "How widths are chosen",
        };
        by.AcceptOnlyFromAmong("knapsack", "uniform", "threshold");
        var command = new Command("budget", "Accuracy within latency budgets, chosen in three ways") { ratios, groups, shared, images, seconds, by };
        command.SetAction((p, c) => Task.Run(() => Run(
            p.GetValue(ratios)!, p.GetValue(groups)!, p.GetValue(shared)!, p.GetValue(images), p.GetValue(seconds), p.GetValue(by)!, c), c));
        return command;
    }

    private static int Run(double[] ratios, string[] groups, string shared, int images, double seconds, string[] by, CancellationToken cancellation)
    {
        using var ssd = new TrainedSsd(
            Path.Combine(shared, "weights", "ssd_mobilenet_v2_oidv4.safetensors"), Path.Combine(shared, "data", "voc07-5class"), images, cancellation);
        var (model, weights) = (ssd.Model, ssd.Weights);
        var time = new ProcessorClock();
        byte[] denseFile = OnnxExport.ToBytes(model, weights);
        LatencyReport Measure(DetectorSpec spec)
        {
            byte[] file = OnnxExport.ToBytes(model.With(spec.Widths), RandomWeights.For(model.With(spec.Widths), 1));
            return new LatencyMeter(time).Compare(() => new OnnxLatencyEngine(denseFile, 1, "dense"), () => new OnnxLatencyEngine(file, 1, "pruned"),
                new LatencyOptions { MaxSeconds = seconds }, cancellation);
        }
        var costs = new Lazy<LatencyCosts>(() =>
        {
            var table = new CostMeasuring(time).Measure(model, m => RandomWeights.For(m, 1), threads: 1, cancellation: cancellation);
            Console.WriteLine(Invariant($"costs: multiples of {table.Multiple}, held out {table.HeldOut.Mean:P1}, {table.HeldOut.Percentile90:P1}"));
            return new LatencyCosts(table.ShareOf, table.Multiple);
        });
        foreach (double ratio in ratios)
        {
            var settings = new PruneSettings { Ratio = ratio, Target = PruneTarget.Latency, Groups = groups };
            foreach (string how in by)
            {
                Report(how, how == "uniform" ? settings with { Ranking = ChannelRanking.Local } : settings, how == "knapsack" ? costs : null);
            }
        }
        return 0;

        void Report(string how, PruneSettings settings, Lazy<LatencyCosts>? table)
        {
            var pruned = PruningEngine.Prune(
                model, weights, settings, new(ssd.Photos, 1), latency: new(s => 1 / Measure(s).SpeedUp, table), cancellation: cancellation);
            var speed = Measure(pruned.Spec);
            var after = DetectorCatalog.Build(pruned.Spec);
            var score = DetectorEvaluator.Evaluate(after, pruned.Weights, ssd.Validation, CPU, cancellation: cancellation);
            Console.WriteLine(Invariant($"{settings.Ratio:0.00} {how}: latency {1 / speed.SpeedUp:0.000} of dense, {speed.SpeedUp:0.00}x ") +
                Invariant($"[{speed.SpeedUpLow:0.00}, {speed.SpeedUpHigh:0.00}], mAP50 {score.Ap50:0.000}, MACs {after.Network.Macs / 1e6:0} M, ") +
                $"left out {string.Join(' ', after.Network.LeftOut.Select(b => b.Name))}");
        }
    }
}
