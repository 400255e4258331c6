using System.Text.RegularExpressions;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Stages;

namespace PruneSearch.Cli.Tests.Reports;

/// <summary>A search on drawn shapes with two seeds and two variants, run and reported as users do it.</summary>
public sealed class ReportCommandTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("report ").FullName;
    private readonly StringWriter _output = new(), _error = new();

    public void Dispose()
    {
        Directory.Delete(_home, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    private async Task<string> RunAsync(int code, params string[] arguments)
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
        Assert.True(code == found, $"{found}: {_error}");
        return _output.ToString();
    }

    [Fact]
    public async Task A_search_with_seeds_and_variants_is_run_and_reported()
    {
        string file = Path.Combine(_home, "search.yaml"), folder = Path.Combine(_home, "page"),
            models = Path.Combine(_home, "models"), page = Path.Combine(folder, "README.md");
        await File.WriteAllTextAsync(file, """
            name: two
            data: {format: shapes, train: 8, validation: 4, test: 5, size: 64}
            detector: {input-size: 64, width-multiplier: 0.1, extras: separable, fine-tune: {steps: 2, batch-size: 2}}
            pruning: {criterion: l2, compensate: false, round-to: 1}
            fine-tune: {steps: 1, batch-size: 2}
            variants: [{name: l2}, {name: l1, pruning: {criterion: l1}}]
            seeds: [1, 2]
            trajectories:
              levels: [0.4]
              schedules: [{kind: iterative, step: 0.2}, {kind: one-shot}, {kind: dense-control}]
            measure: {max-seconds: 0.1}
            """, TestContext.Current.CancellationToken);
        string id = Regex.Match(await RunAsync(0, "run", file), "Search (two-[0-9a-f]+): 14 trajectories, 18 stages to run").Groups[1].Value;
        Assert.NotEmpty(id);

        string first = await RunAsync(0, "report", id, "--out", folder, "--models", models, "--pictures", "2");

        // A seed: the original, the control that both variants share, and two arms of each.
        Assert.Contains($"{id}: 12 of 12 detectors evaluated on 5 test pictures", first, StringComparison.Ordinal);
        string text = await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken);
        Assert.Contains("on the test split (5 pictures)", text, StringComparison.Ordinal);
        // A seed: base 2, two variants with 1 + 1 + 1, control 1 + 1; apart: 2 + 2 × (4 + 3 + 4).
        Assert.Contains(
            "18 distinct stages ran 20 training steps. Each trajectory on its own would have run 34 stages with 48 steps", text, StringComparison.Ordinal);
        Assert.Equal(
            ["README.md", "frontier-two.png", "levels-two-l1.png", "levels-two-l2.png", "results-two.csv"],
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(15, (await File.ReadAllLinesAsync(Path.Combine(folder, "results-two.csv"), TestContext.Current.CancellationToken)).Length);
        Assert.Equal(2, Directory.GetFiles(models, "two-test-*.jpg").Length);
        Assert.NotEmpty(Directory.GetFiles(models, "two-*.onnx"));

        await File.WriteAllTextAsync(page, text.Replace("# Results", "# By hand", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        string second = await RunAsync(0, "report", id, "--out", folder);

        Assert.DoesNotContain("evaluated", second, StringComparison.Ordinal); // the test split is looked at once
        Assert.Equal(
            text.Replace("# Results", "# By hand", StringComparison.Ordinal), await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken));
        await RunAsync(2, "report", id, id, "--out", folder);
        Assert.Contains("are both called 'two'", _error.ToString(), StringComparison.Ordinal);
        await RunAsync(2, "report", "two-ffff", "--out", folder);
        Assert.Contains($"There is no search 'two-ffff' in {Path.Combine(_home, "home")}; it has {id}.", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_without_a_folder_for_them_are_refused()
    {
        await RunAsync(2, "report", "two-0001", "--pictures", "3");
        Assert.Contains("expected --models", _error.ToString(), StringComparison.Ordinal);
    }
}
