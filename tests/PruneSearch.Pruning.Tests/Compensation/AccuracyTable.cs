using System.Diagnostics;
using System.Globalization;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Detection.Evaluation;
using PruneSearch.Detection.Import;
using PruneSearch.Pruning;
using PruneSearch.Pruning.Compensation;
using static System.FormattableString;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Pruning.Compensation;

/// <summary>
/// Makes the tables of docs/pruning.md: run it with <c>-explicit only -class *AccuracyTable -showLiveOutput</c>. Cases stand in
/// PRUNESEARCH_CASES, separated by semicolons: criterion, ratio, rounds (0 for no compensation, -1 for as many as it chooses itself), then ranking, cap, cost, groups joined
/// by +, damping and rounding. With PRUNESEARCH_RESULTS, lines go to that file too, and cases that are in it are not run again.
/// PRUNESEARCH_IMAGES takes only the first validation photos.
/// </summary>
public sealed class AccuracyTable
{
    private const string DefaultCases = "dense,0,0;l2,0.2,0;l2,0.2,2;obs,0.2,2";

    [Fact(Explicit = true)]
    public void Accuracy_right_after_pruning()
    {
        var model = Some.TrainedDetector(out var weights);
        var photos = Some.CalibrationPhotos(96, 300);
        var validation = Some.Validation();
        validation = Setting("PRUNESEARCH_IMAGES") is { } images ? validation.Take(int.Parse(images, CultureInfo.InvariantCulture)) : validation;
        string? file = Setting("PRUNESEARCH_RESULTS");
        var done = file is not null && File.Exists(file) ? File.ReadAllLines(file).Select(l => l.Split(' ')[0]).ToHashSet() : [];
        foreach (string line in (Setting("PRUNESEARCH_CASES") ?? DefaultCases).Split(';').Where(c => !done.Contains(c)))
        {
            var (start, startWeights) = line.StartsWith("bn,", StringComparison.Ordinal) ? BatchNormInsertion.Insert(model, weights, photos.Take(8).Select(p => p.clone()), CPU) : (model, weights);
            string text = Run(line, start, startWeights, photos, validation);
            TestContext.Current.TestOutputHelper?.WriteLine(text);
            if (file is not null)
            {
                File.AppendAllText(file, text + "\n");
            }
        }
        photos.ForEach(p => p.Dispose());
    }

    private static string Run(string line, DetectorModel model, WeightSet weights, List<Tensor> photos, DetectionDataset validation)
    {
        string[] part = line.Split(',');
        string Part(int i, string otherwise) => part.Length > i ? part[i] : otherwise;
        double Number(int i, double otherwise) => part.Length > i ? double.Parse(part[i], CultureInfo.InvariantCulture) : otherwise;
        if (part[0] == "dense")
        {
            return Invariant($"{line} mAP50 {DetectorEvaluator.Evaluate(model, weights, validation, CPU).Ap50:F4} MACs {model.Network.Macs / 1e6:F0} M parameters {model.Network.Parameters / 1e6:F3} M");
        }
        int rounds = (int)Number(2, 0);
        var settings = new PruneSettings
        {
            Criterion = part[0],
            Ratio = Number(1, 0),
            Compensate = rounds != 0,
            Ranking = Part(3, "global"),
            MaxGroupRatio = Number(4, 0.9),
            PerCost = Part(5, "none"),
            Groups = Part(6, "hidden").Split('+'),
            RoundTo = (int)Number(8, 8),
        };
        var compensation = new CompensationOptions { Rounds = rounds < 1 ? null : rounds, Damping = Number(7, 1e-3) };
        var clock = Stopwatch.StartNew();
        var result = PruningEngine.Prune(model, weights, settings, photos, 1, compensation: compensation);
        double seconds = clock.Elapsed.TotalSeconds;
        var pruned = DetectorCatalog.Build(result.Spec);
        double map = DetectorEvaluator.Evaluate(pruned, result.Weights, validation, CPU).Ap50;
        return Invariant($"{line} mAP50 {map:F4} channels {result.Channels.Removed:P1} MACs {pruned.Network.Macs / 1e6:F0} M parameters {pruned.Network.Parameters / 1e6:F3} M, pruned in {seconds:F1} s");
    }

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name);
}
