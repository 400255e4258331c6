using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using PruneSearch.Bench.Strategies;
using PruneSearch.Benchmarks.Recording;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;
using PruneSearch.Data.Shapes;
using static System.FormattableString;

namespace PruneSearch.Benchmarks.Verbs;

/// <summary>
/// Makes the recorded space bench/spaces/drawn-pictures.json.gz: prunes and trains a small detector in every way that the space knows, on
/// one thread, and writes what came out as a table. Goes on where it was stopped.
/// </summary>
internal static class RecordVerb
{
    public static Command Create()
    {
        var folder = new Option<string>("--folder") { Required = true, Description = "Where pictures, weights and finished stages are kept" };
        var output = new Option<string>("--out") { DefaultValueFactory = _ => "bench/spaces/drawn-pictures.json.gz", Description = "The table" };
        var minutes = new Option<double>("--minutes") { DefaultValueFactory = _ => double.PositiveInfinity, Description = "Begins no new level after that" };
        var command = new Command("record", "Records a search space of really pruned detectors") { folder, output, minutes };
        command.SetAction((p, c) => Task.Run(() => Run(p.GetValue(folder)!, p.GetValue(output)!, p.GetValue(minutes), c), c));
        return command;
    }

    private static int Run(string folder, string output, double minutes, CancellationToken cancellation)
    {
        string pictures = Path.Combine(Directory.CreateDirectory(folder).FullName, "pictures");
        if (!Directory.Exists(pictures))
        {
            ShapesDataset.Write(pictures, new ShapesOptions { Train = 1500, Validation = 200, ImageSize = DrawnSpace.InputSize }, cancellation);
        }
        var (train, validation) = (ShapesDataset.Read(pictures, "train"), ShapesDataset.Read(pictures, "val"));
        var space = new DrawnSpace(ShapesDataset.Classes, new DataSettings { Train = train.ManifestHash, Validation = validation.ManifestHash });
        var log = new StageLog(folder, train, validation);
        var clock = Stopwatch.StartNew();
        var dense = log.Run(space.Base, cancellation);
        Console.WriteLine(Invariant($"original: mAP50 {dense.Report!.Map50:F3}, {dense.Report.Macs} MACs, {dense.ProcessorSeconds:F0} s"));
        var rows = new List<(Configuration Configuration, LoggedStage[][] Rungs)>();
        // Level by level: a recording that stops early is a whole space of fewer levels.
        var levels = DrawnSpace.Space.Hyperparameters[0];
        foreach (var level in DrawnSpace.Space.All().GroupBy(c => c[0]).OrderBy(g => Array.IndexOf(DrawnSpace.Order, levels.Text(g.Key))))
        {
            if (clock.Elapsed.TotalMinutes > minutes)
            {
                break;
            }
            foreach (var configuration in level)
            {
                rows.Add((configuration, [.. space.StagesOf(configuration).Select(rung => rung.Select(s => log.Run(s, cancellation)).ToArray())]));
                var last = rows[^1].Rungs[^1][^1];
                log.Forget(last.Key);
                if (rows.Count % 12 == 0)
                {
                    Console.WriteLine(Invariant($"{rows.Count} rows after {clock.Elapsed.TotalMinutes:F1} min: ") + Summary(configuration, rows[^1].Rungs));
                }
            }
            Table(rows, dense.Report).Write(output);
        }
        return 0;
    }

    private static string Summary(Configuration configuration, LoggedStage[][] rungs) =>
        string.Join(' ', DrawnSpace.Space.Describe(configuration).Select(p => p.Value)) + ", mAP50 "
        + string.Join(' ', rungs.Select(r => r[^1].Report?.Map50.ToString("F3", CultureInfo.InvariantCulture) ?? r[^1].Failure))
        + Invariant($", {rungs[^1][^1].Report?.Latency.SpeedUp:F2}x, {rungs.Sum(r => r.Sum(s => s.ProcessorSeconds)):F1} s");

    private static RecordedTable Table(List<(Configuration Configuration, LoggedStage[][] Rungs)> rows, StageReport dense)
    {
        var stages = rows.SelectMany(r => r.Rungs.SelectMany(s => s)).DistinctBy(s => s.Key).ToList();
        var places = stages.Select((s, i) => (s.Key, i)).ToDictionary(p => p.Key, p => p.i);
        var kept = rows.Select(r => DrawnSpace.Space.Hyperparameters[0].Text(r.Configuration[0])).Distinct().ToHashSet();
        var levels = (ChoiceHyperparameter)DrawnSpace.Space.Hyperparameters[0];
        levels = levels with { Values = [.. levels.Values.Where(kept.Contains)] };
        Configuration Moved(Configuration c) => new([levels.Find(DrawnSpace.Space.Hyperparameters[0].Text(c[0]))!.Value, .. c.Values.Skip(1)]);
        return new RecordedTable
        {
            Name = "drawn-pictures",
            Description = "SSD-MobileNet-V2 x0.35 at 64x64 on drawn shapes: "
                + Invariant($"mAP50 {dense.Map50:F4}, {dense.Macs} MACs, {dense.Parameters} parameters"),
            Source = "PruneSearch: benchmarks record",
            Licence = "MIT",
            Hyperparameters = [levels, .. DrawnSpace.Space.Hyperparameters.Skip(1).Select(h => h.When is not { } when ? h
                : h with { When = when with { Values = [.. when.Values.Where(kept.Contains)] } })],
            Rungs = [.. DrawnSpace.Rungs],
            Objectives =
            [
                new("map50", Larger: true, Trained: true, Weighed: true), new("map", Larger: true, Trained: true), new("latency"),
                new("latency-low"), new("latency-high"), new("macs", Weighed: true), new("parameters"),
            ],
            Stages = [.. stages.Select(s => Math.Round(s.ProcessorSeconds, 3))],
            Rows =
            [
                .. rows.Select(r => new RecordedRow
                {
                    Configuration = Moved(r.Configuration),
                    Values = [.. r.Rungs.Select(rung => Values(rung[^1].Report))],
                    Stages = [.. r.Rungs.Select(rung => rung.Select(s => places[s.Key]).ToArray())],
                }),
            ],
        };
    }

    // Latency relative to the original's, and the ends of its 95 % interval.
    private static double[] Values(StageReport? r) => r is null ? [.. Enumerable.Repeat(double.NaN, 7)] :
    [
        Math.Round(r.Map50, 5), Math.Round(r.Map, 5), Math.Round(1 / r.Latency.SpeedUp, 5), Math.Round(1 / r.Latency.SpeedUpHigh, 5),
        Math.Round(1 / r.Latency.SpeedUpLow, 5), r.Macs, r.Parameters,
    ];
}
