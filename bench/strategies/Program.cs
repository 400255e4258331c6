using System.CommandLine;
using System.Globalization;
using PruneSearch.Bench.Strategies;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Strategies;
using static System.FormattableString;

// Replays tables for all strategies: README.md beside this file.
var file = new Argument<string>("TABLE") { Description = "A table as README.md describes it, or NAS-Bench-Macro's file" };
var strategies = new Option<string[]>("--strategies")
{
    AllowMultipleArgumentsPerToken = true,
    Description = string.Join(", ", EnumNames.Of<StrategyKind>()),
    DefaultValueFactory = _ => [.. EnumNames.Of<StrategyKind>().Except(["grid"])],
};
var objectives = new Option<string[]?>("--objectives") { AllowMultipleArgumentsPerToken = true, Description = "What is weighed; the table says when left out" };
var seeds = new Option<int>("--seeds") { DefaultValueFactory = _ => 30, Description = "Runs of each strategy, with seeds from 0" };
var trials = new Option<int>("--trials") { DefaultValueFactory = _ => 600, Description = "Proposals of a run at most" };
var until = new Option<double>("--until") { DefaultValueFactory = _ => 0.99, Description = "Share of the table's hypervolume at which a run ends" };
var curves = new Option<string?>("--curves") { Description = "CSV that gets every growth of every run: strategy, seed, trials, cost, share" };
var bounds = new Option<string[]>("--bounds")
{
    AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [],
    Description = "With --best: figures that will do, as map50=0.45; what is told is then how near the best of the table that keeps to them is",
};
var best = new Option<string?>("--best") { Description = "What shall be the best within --bounds; the strategies are told" };
var unaware = new Option<bool>("--unaware") { Description = "With --best: they are not told" };
var explain = new Option<bool>("--explain") { Description = "Prints the proposals of the first seed" };
var replay = new Command("replay", "Replays a table and tells what it costs to find 90, 95 and 99 % of its hypervolume")
{
    file, strategies, objectives, seeds, trials, until, curves, bounds, best, unaware, explain,
};
replay.SetAction(p =>
{
    var within = p.GetValue(bounds)!.Select(b => b.Split('=')).ToDictionary(b => b[0], b => double.Parse(b[1], CultureInfo.InvariantCulture));
    var problem = Open(p.GetValue(file)!, p.GetValue(objectives), within, p.GetValue(best));
    Console.WriteLine(Invariant($"{problem.Table.Name}: {problem.Table.Rows.Count} configurations, {problem.Table.Rungs.Count} rungs, ")
        + Invariant($"hypervolume {problem.Hypervolume:F6}, {problem.Frontier} results on the frontier; ")
        + (problem.HasSeconds ? "cost in seconds" : "cost in trials"));
    using var csv = p.GetValue(curves) is { } path ? File.CreateText(path) : null;
    csv?.WriteLine("strategy,seed,trials,cost,share");
    foreach (string name in p.GetValue(strategies)!)
    {
        var kind = EnumNames.Parse<StrategyKind>(name);
        var runs = new List<Run>();
        for (int seed = 0; seed < p.GetValue(seeds); seed++)
        {
            runs.Add(Run.Of(problem, kind, seed, p.GetValue(trials), p.GetValue(until), !p.GetValue(unaware), p.GetValue(explain) && seed == 0));
            foreach (var (count, cost, share) in runs[^1].Curve)
            {
                csv?.WriteLine(Invariant($"{name},{seed},{count},{cost:F3},{share:F5}"));
            }
        }
        Console.WriteLine(Invariant($"{name,-9} 90 %: {Text(.9)}  95 %: {Text(.95)}  99 %: {Text(.99)}  proposal: ")
            + Invariant($"median {Median([.. runs.Select(r => r.MedianMilliseconds)]):F2} ms, longest {runs.Max(r => r.LongestMilliseconds):F0} ms"));

        string Text(double share) => share > p.GetValue(until) ? "-" : Quartiles([.. runs.Select(r => r.CostTo(share))]);
    }
    return 0;
});
var output = new Argument<string>("OUT") { Description = "The same table in the format of README.md; compressed when it ends with .gz" };
var convert = new Command("convert", "Writes NAS-Bench-Macro's file in the format of README.md") { file, output };
convert.SetAction(p => Open(p.GetValue(file)!).Table.Write(p.GetValue(output)!));
var finished = new Option<int>("--finished") { DefaultValueFactory = _ => 2000, Description = "Finished trials" };
var time = new Command("time", "How long a proposal takes when many trials are finished") { strategies, finished };
time.SetAction(p =>
{
    foreach (string name in p.GetValue(strategies)!)
    {
        var (times, processor) = LongSearch.Milliseconds(EnumNames.Parse<StrategyKind>(name), p.GetValue(finished), 40);
        Console.WriteLine(Invariant($"{name,-9} first {times[0]:F1} ms, then median {Median(times[1..]):F1} ms, longest {times[1..].Max():F1} ms, ")
            + Invariant($"{processor:F1} ms of processor time on average"));
    }
});
return await new RootCommand("Compares strategies of a search on recorded spaces.") { replay, convert, time }.Parse(args).InvokeAsync().ConfigureAwait(false);

static TableProblem Open(string path, string[]? objectives = null, Dictionary<string, double>? bounds = null, string? best = null) =>
    new(NasBenchMacro.Read(path) ?? RecordedTable.Read(path), objectives is { Length: > 0 } ? objectives : null, bounds, best);

static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

// As the peer's script takes them.
static string Quartiles(double[] values)
{
    double[] sorted = [.. values.Order()];
    int n = sorted.Length;
    double median = n % 2 == 1 || double.IsInfinity(sorted[n / 2]) ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    return $"{Number(median)} [{Number(sorted[n / 4])}-{Number(sorted[n - 1 - n / 4])}]";
    static string Number(double value) => double.IsInfinity(value) ? "never" : value.ToString(value < 1000 ? "0.#" : "0", CultureInfo.InvariantCulture);
}
