using System.CommandLine;
using System.Diagnostics;
using PruneSearch.Data.Metrics;
using PruneSearch.Data.Tests.Metrics;
using static System.FormattableString;

namespace PruneSearch.Benchmarks.Verbs;

/// <summary>COCO metrics beside a straightforward computation image by image and class by class, on made-up detections.</summary>
internal static class MetricsVerb
{
    public static Command Create()
    {
        var pictures = new Option<int>("--images") { DefaultValueFactory = _ => 5000, Description = "Pictures" };
        var detections = new Option<int>("--detections") { DefaultValueFactory = _ => 100, Description = "Detections a picture" };
        var classes = new Option<int>("--classes") { DefaultValueFactory = _ => 80, Description = "Classes" };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 5, Description = "Rounds" };
        var command = new Command("metrics", "COCO metrics beside a straightforward computation") { pictures, detections, classes, rounds };
        command.SetAction(p => Run(p.GetValue(pictures), p.GetValue(detections), p.GetValue(classes), p.GetValue(rounds)));
        return command;
    }

    private static int Run(int pictures, int detections, int classes, int rounds)
    {
        var (truth, found) = RandomScene.Create(pictures, detections, classes, seed: 1);
        var ratios = new List<double>();
        for (int i = 0; i < rounds; i++)
        {
            var clock = Stopwatch.StartNew();
            var result = CocoEvaluator.Evaluate(truth, found);
            double own = clock.Elapsed.TotalMilliseconds;
            clock.Restart();
            double[] expected = StraightforwardCoco.Evaluate(truth, found);
            double straightforward = clock.Elapsed.TotalMilliseconds;
            if (Math.Abs(expected[0] - result.Ap) > 1e-12)
            {
                throw new InvalidOperationException($"The two disagree: AP {result.Ap:R} and {expected[0]:R}.");
            }
            ratios.Add(straightforward / own);
            Console.WriteLine(Invariant($"own {own,6:0} ms  straightforward {straightforward,8:0} ms  {straightforward / own:0.0}x"));
        }
        Console.WriteLine(Invariant($"median of {rounds}: {ratios.Order().ElementAt(rounds / 2):0.0}x"));
        return 0;
    }
}
