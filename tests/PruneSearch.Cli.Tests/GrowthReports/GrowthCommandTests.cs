using System.Text.RegularExpressions;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Stages;

namespace PruneSearch.Cli.Tests.GrowthReports;

/// <summary>A search on drawn shapes that decides itself what to try: run, given more to spend, and reported as users do it.</summary>
public sealed partial class GrowthCommandTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("growing ").FullName;
    private readonly StringWriter _output = new(), _error = new();

    public void Dispose()
    {
        Directory.Delete(_home, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task A_search_that_decides_itself_is_run_given_more_and_reported()
    {
        string file = Path.Combine(_home, "search.yaml"), folder = Path.Combine(_home, "page");
        await File.WriteAllTextAsync(file, """
            name: own
            data: {format: shapes, train: 8, validation: 4, test: 5, size: 64}
            detector: {input-size: 64, width-multiplier: 0.1, extras: separable, fine-tune: {steps: 2, batch-size: 2}}
            pruning: {compensate: false, round-to: 1}
            fine-tune: {batch-size: 2}
            objectives: [map50, macs]
            search:
              strategy: asha
              budget: {trajectories: 4}
              goal: {map50: {at-least: 0.99}, macs: least}
              reproducible: true
              space:
                level: {from: 0.2, to: 0.8}
                schedule: [one-shot, iterative]
                iterations: [2]
                steps: [2, 4]
                criterion: [l1, l2]
            measure: {max-seconds: 0.1}
            """, TestContext.Current.CancellationToken);

        string ran = await RunAsync("run", file);

        string id = SearchLine().Match(ran).Groups[1].Value;
        Assert.Contains(
            $"Search {id}: strategy asha over 5 hyperparameters, budget 4 trajectories, goal mAP50 at least 0.99, MACs as small as possible, 8 training and 4",
            ran, StringComparison.Ordinal);
        Assert.Equal(4, ProposedLine().Count(ran));
        Assert.Contains("asha: 4 proposed, 0 open; spent ", ran, StringComparison.Ordinal);
        Assert.Contains("; 4 of 4 trajectories", ran, StringComparison.Ordinal);
        Assert.Matches(
            @"None of \d+ pruned models meets the goal \(mAP50 at least 0\.99, MACs as small as possible\); nearest is p\d+-.*: mAP50 .* short in mAP50\.",
            ran);

        string more = await RunAsync("resume", id, "--trajectories", "2");

        Assert.Contains("; 6 of 6 trajectories", more, StringComparison.Ordinal);
        Assert.Contains("; 6 of 6 trajectories", await RunAsync("status", id), StringComparison.Ordinal);

        string reported = await RunAsync("report", id, "--out", folder);

        Assert.Contains("accuracy on the validation split; on the test split that of the frontier", reported, StringComparison.Ordinal);
        Assert.Equal(
            ["README.md", "frontier-own.png", "growth-own.png", "proposals-own.csv", "results-own.csv", "tried-own.png"],
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string page = await File.ReadAllTextAsync(Path.Combine(folder, "README.md"), TestContext.Current.CancellationToken);
        Assert.Contains("It made 6 proposals of ", page, StringComparison.Ordinal);
        Assert.Contains("**The answer:** None of ", page, StringComparison.Ordinal);
        Assert.Contains("| 0 | not at all | ", page, StringComparison.Ordinal);
        Assert.Contains("| original | 0.0 % | ", page, StringComparison.Ordinal);
        Assert.Equal(7, (await File.ReadAllLinesAsync(Path.Combine(folder, "proposals-own.csv"), TestContext.Current.CancellationToken)).Length);

        // Every model that is shown has a name of its own, with which it is found.
        string frontier = await RunAsync("frontier", id, "--csv", "-");
        string[] names = [.. (await RunAsync("frontier", id)).Split('\n').Where(l => l.StartsWith("│ ", StringComparison.Ordinal)).Skip(1)
            .Select(l => l.Split('│')[2].Trim())];
        Assert.Equal(frontier.Trim().Split('\n').Length - 1, names.Length);
        Assert.Equal(names.Distinct().Count(), names.Length);
    }

    [GeneratedRegex("Search (own-[0-9a-f]+): ")]
    private static partial Regex SearchLine();

    [GeneratedRegex(@"^p\d+-(one-shot|iterative)-[0-9.]+ +proposed: .*level 0\.\d+.*rung [0-3].*: ", RegexOptions.Multiline)]
    private static partial Regex ProposedLine();

    private async Task<string> RunAsync(params string[] arguments)
    {
        _output.GetStringBuilder().Clear();
        int found = await CommandLine.RunAsync([.. arguments, "--home", Path.Combine(_home, "home")], new CliContext
        {
            Output = _output,
            Error = _error,
            IsTerminal = false,
            Sessions = new SearchSessions(_ => { }, services => services.AddStageRunner()),
            Interval = TimeSpan.FromMilliseconds(50),
        });
        Assert.True(found == 0, $"{found}: {_error}");
        return _output.ToString();
    }
}
