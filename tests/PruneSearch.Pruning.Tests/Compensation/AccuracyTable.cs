using System.Diagnostics;
using System.Globalization;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Detection.Evaluation;
using PruneSearch.Pruning;
using PruneSearch.Pruning.Compensation;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Pruning.Compensation;

/// <summary>
/// Makes the table of docs/pruning.md: run it with <c>-explicit only -class *AccuracyTable -showLiveOutput</c>. Cases stand in PRUNESEARCH_CASES,
/// separated by semicolons: criterion, ratio, rounds (0 for no compensation), ranking, cap, cost, groups joined by +.
/// </summary>
public sealed class AccuracyTable
{
    private const string DefaultCases = "l2,0.2,0;l2,0.2,4;obs,0.2,4";

    [Fact(Explicit = true)]
    public void Accuracy_right_after_pruning()
    {
        var model = Some.TrainedDetector(out var weights);
        var photos = Some.CalibrationPhotos(96, 300);
        var validation = Some.Validation();
        foreach (string line in (Environment.GetEnvironmentVariable("PRUNESEARCH_CASES") ?? DefaultCases).Split(';'))
        {
            string[] part = line.Split(',');
            string Part(int i, string otherwise) => part.Length > i ? part[i] : otherwise;
            int rounds = int.Parse(part[2], CultureInfo.InvariantCulture);
            var settings = new PruneSettings
            {
                Criterion = part[0],
                Ratio = double.Parse(part[1], CultureInfo.InvariantCulture),
                Compensate = rounds > 0,
                Ranking = Part(3, "global"),
                MaxGroupRatio = double.Parse(Part(4, "0.9"), CultureInfo.InvariantCulture),
                PerCost = Part(5, "none"),
                Groups = Part(6, "hidden").Split('+'),
                RoundTo = int.Parse(Part(8, "8"), CultureInfo.InvariantCulture),
            };
            var damping = double.Parse(Part(7, "0.001"), CultureInfo.InvariantCulture);
            var clock = Stopwatch.StartNew();
            var result = PruningEngine.Prune(model, weights, settings, photos, 1, compensation: new CompensationOptions { Rounds = Math.Max(rounds, 1), Damping = damping });
            double seconds = clock.Elapsed.TotalSeconds;
            var pruned = DetectorCatalog.Build(result.Spec);
            double map = DetectorEvaluator.Evaluate(pruned, result.Weights, validation, CPU).Ap50;
            string text = FormattableString.Invariant(
                $"{line,-40} mAP50 {map:F4} channels {result.Channels.Removed:P1} MACs {pruned.Network.Macs / 1e6:F0} M parameters {pruned.Network.Parameters / 1e6:F3} M, pruned in {seconds:F1} s, {clock.Elapsed.TotalSeconds:F1} s in all, peak {Environment.WorkingSet >> 20} MB");
            TestContext.Current.TestOutputHelper?.WriteLine(text);
            if (Environment.GetEnvironmentVariable("PRUNESEARCH_RESULTS") is { } file)
            {
                File.AppendAllText(file, text + "\n");
            }
        }
    }
}
