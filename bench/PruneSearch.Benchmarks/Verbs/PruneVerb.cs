using System.CommandLine;
using System.Diagnostics;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Detection.Import;
using PruneSearch.Pruning;
using PruneSearch.Pruning.Importance;
using static System.FormattableString;

namespace PruneSearch.Benchmarks.Verbs;

/// <summary>Scoring, selecting and shrinking SSD-MobileNet-V2 (300 × 300, width 1.0) with the criteria that need no pictures.</summary>
internal static class PruneVerb
{
    private static readonly Criterion[] Criteria = [.. Enum.GetValues<Criterion>().Where(c => !ImportanceCatalog.Create(c).NeedsImages)];

    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 5, Description = "Rounds of each criterion" };
        var ratio = new Option<double>("--ratio") { DefaultValueFactory = _ => 0.2, Description = "Share of the target to remove" };
        var groups = new Option<string>("--groups") { DefaultValueFactory = _ => "all", Description = "Kinds or names of groups, or all" };
        var target = new Option<string>("--target") { DefaultValueFactory = _ => "channels", Description = "channels, parameters or macs" };
        var command = new Command("prune", "Scoring, selecting and shrinking without pictures") { rounds, ratio, groups, target };
        command.SetAction(p => Run(
            p.GetValue(rounds),
            new PruneSettings { Ratio = p.GetValue(ratio), Groups = [p.GetValue(groups)!], Target = EnumNames.Parse<PruneTarget>(p.GetValue(target)!) }));
        return command;
    }

    private static int Run(int rounds, PruneSettings settings)
    {
        var model = DetectorCatalog.Build(new DetectorSpec
        {
            Architecture = SsdFamily.Architecture,
            Classes = [.. Enumerable.Range(0, 23).Select(i => Invariant($"c{i}"))],
            Options = new SsdOptions(),
        });
        var weights = RandomWeights.For(model, 1);
        Console.WriteLine(Invariant(
            $"{settings.Ratio:P0} of the {EnumNames.Of(settings.Target)}, groups {settings.Groups[0]}, {model.Network.Parameters} parameters; milliseconds"));
        foreach (var criterion in Criteria)
        {
            var times = new List<double>();
            for (int i = 0; i < rounds; i++)
            {
                var clock = Stopwatch.StartNew();
                PruningEngine.Prune(model, weights, settings with { Criterion = criterion, Compensate = false }, new([], 1));
                times.Add(clock.Elapsed.TotalMilliseconds);
            }
            Console.WriteLine(
                Invariant($"{EnumNames.Of(criterion),-12} first {times[0],5:0}  median {times.Order().ElementAt(rounds / 2),5:0}  slowest {times.Max(),5:0}"));
        }
        return 0;
    }
}
