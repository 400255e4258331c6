using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Detection.Evaluation;
using PruneSearch.Detection.Import;
using PruneSearch.Pruning;
using PruneSearch.Pruning.Compensation;
using static System.FormattableString;
using static TorchSharp.torch;

namespace PruneSearch.Benchmarks.Verbs;

/// <summary>
/// Accuracy right after pruning, before any training: the tables of docs/pruning.md. A case is a criterion, a share, rounds of
/// compensation (0 for none, -1 for as many as it chooses itself), then ranking, cap, cost, groups joined by +, damping and
/// rounding; what is left out is the default.
/// </summary>
internal static class AccuracyVerb
{
    public static Command Create()
    {
        var cases = new Argument<string[]>("CASE") { Description = "For example dense, obs,0.2,0 or l2,0.2,-1,local,0.9" };
        var weights = new Option<string>("--weights")
        {
            Description = "Trained SSD-MobileNet-V2 with batch norms folded",
            DefaultValueFactory = _ => "../shared/weights/ssd_mobilenet_v2_oidv4.safetensors",
        };
        var data = new Option<string>("--data")
        {
            Description = "Folder with train.json, val.json and images (COCO)",
            DefaultValueFactory = _ => "../shared/data/voc07-5class",
        };
        var images = new Option<int>("--images") { Description = "Validation photos to take", DefaultValueFactory = _ => int.MaxValue };
        var results = new Option<string?>("--results") { Description = "File that lines are added to; cases that are in it are not run again" };
        var command = new Command("accuracy", "Accuracy right after pruning, with and without compensation") { cases, weights, data, images, results };
        command.SetAction(p => Run(p.GetValue(cases)!, p.GetValue(weights)!, p.GetValue(data)!, p.GetValue(images), p.GetValue(results)));
        return command;
    }

    private static int Run(string[] cases, string weightsFile, string data, int images, string? results)
    {
        using var ssd = new TrainedSsd(weightsFile, data, images);
        var done = results is not null && File.Exists(results) ? File.ReadAllLines(results).Select(l => l.Split(' ')[0]).ToHashSet() : [];
        foreach (string line in cases.Where(c => !done.Contains(c)))
        {
            var (start, startWeights) = line.StartsWith("bn,", StringComparison.Ordinal)
                ? BatchNormInsertion.Insert(ssd.Model, ssd.Weights, ssd.Photos.Take(8).Select(p => p.clone()), CPU) : (ssd.Model, ssd.Weights);
            string text = Measure(line, start, startWeights, ssd.Photos, ssd.Validation);
            Console.WriteLine(text);
            if (results is not null)
            {
                File.AppendAllText(results, text + "\n");
            }
        }
        return 0;
    }

    private static string Measure(string line, DetectorModel model, WeightSet weights, IReadOnlyList<Tensor> photos, DetectionDataset validation)
    {
        string[] part = line.Split(',');
        if (part[0] == "dense")
        {
            return Invariant($"{line} {Costs(model, DetectorEvaluator.Evaluate(model, weights, validation, CPU).Ap50)}");
        }
        string Part(int i, string otherwise) => part.Length > i ? part[i] : otherwise;
        double Number(int i, double otherwise) => part.Length > i ? double.Parse(part[i], CultureInfo.InvariantCulture) : otherwise;
        int rounds = (int)Number(2, 0);
        var settings = new PruneSettings
        {
            Criterion = EnumNames.Parse<Criterion>(part[0]),
            Ratio = Number(1, 0),
            Compensate = rounds != 0,
            Rounds = rounds < 1 ? null : rounds,
            Ranking = EnumNames.Parse<ChannelRanking>(Part(3, "global")),
            MaxGroupRatio = Number(4, 0.9),
            PerCost = EnumNames.Parse<ChannelCost>(Part(5, "none")),
            Groups = Part(6, "hidden").Split('+'),
            RoundTo = (int)Number(8, 8),
        };
        var compensation = new CompensationOptions { Damping = Number(7, 1e-3) };
        var clock = Stopwatch.StartNew();
        var result = PruningEngine.Prune(model, weights, settings, new(photos, 1), compensation: compensation);
        double seconds = clock.Elapsed.TotalSeconds;
        var pruned = DetectorCatalog.Build(result.Spec);
        double map = DetectorEvaluator.Evaluate(pruned, result.Weights, validation, CPU).Ap50;
        return Invariant($"{line} {Costs(pruned, map)}, channels {result.Channels.Removed:P1}, pruned in {seconds:F1} s");
    }

    private static string Costs(DetectorModel model, double map50) =>
        Invariant($"mAP50 {map50:F4} MACs {model.Network.Macs / 1e6:F0} M parameters {model.Network.Parameters / 1e6:F3} M");
}
