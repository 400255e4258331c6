using System.Text.RegularExpressions;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Tests.Commands;

/// <summary>Data that is pushed with its annotations, and searches that name it.</summary>
public sealed partial class DataCommandTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("prune search ").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task What_push_shows_of_a_search_file_is_what_another_one_names()
    {
        string file = await WriteAsync("files.yaml", "data: {format: shapes, train: 2, validation: 1, test: 1, size: 64}");
        var (code, shown, _) = await RunAsync("data", "push", file);
        Assert.Equal(0, code);
        Assert.Contains($"4 pictures (0.0 MB) in {file}: 4 sent, 0 were there already", shown, StringComparison.Ordinal);
        string data = Assert.Single(Data().Matches(shown)).Value;
        Directory.Delete(Path.Combine(_home, "drawn"), recursive: true);

        string named = await WriteAsync("named.yaml", data);
        (code, string ran, string error) = await RunAsync("run", named);
        Assert.True(code == 0, error);
        Assert.Contains("2 training and 1 validation pictures, classes circle, ", ran, StringComparison.Ordinal);

        (code, _, error) = await RunAsync("run", await WriteAsync("wrong.yaml", Key().Replace(data, new string('0', 64))));
        Assert.Equal(2, code);
        Assert.StartsWith(
            $"prunesearch: {Path.Combine(_home, "wrong.yaml")}: data.train is '{new string('0', 64)}', but the checkpoint store has no such data set",
            Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);

        (code, _, error) = await RunAsync("data", "push", named); // it is there already
        Assert.Equal(2, code);
        Assert.Contains("data.format is 'stored': it is in a store already, expected pictures", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_detector_is_trained_scored_pruned_and_looked_at_on_pictures_that_only_the_store_has()
    {
        string file = await WriteAsync("files.yaml", "data: {format: shapes, train: 2, validation: 1, size: 64}");
        string data = Assert.Single(Data().Matches((await RunAsync("data", "push", file)).Output)).Value, named = await WriteAsync("named.yaml", data);
        string detector = Path.Combine(_home, "detector"), pruned = Path.Combine(_home, "pruned");
        await SucceedAsync("train", file, "--out", detector);
        string scored = await SucceedAsync("evaluate", detector, "--data", file, "--split", "train");
        Directory.Delete(Path.Combine(_home, "drawn"), recursive: true);

        Assert.Contains("holds the result of this training already", await SucceedAsync("train", named, "--out", detector), StringComparison.Ordinal);
        await SucceedAsync("train", named, "--out", Path.Combine(_home, "again"));
        Assert.Equal(File.ReadAllBytes(Path.Combine(detector, "weights.safetensors")), File.ReadAllBytes(Path.Combine(_home, "again", "weights.safetensors")));
        Assert.Equal(scored, await SucceedAsync("evaluate", detector, "--data", named, "--split", "train"));
        string trained = $"name: tiny\n{data}\ndetector: {{weights: {detector}/weights.safetensors, weights-detector: {detector}/detector.json}}\n";
        await File.WriteAllTextAsync(named, trained + "trajectories: {levels: [0.2], schedules: [{kind: one-shot}]}\n", Cancellation);
        await SucceedAsync("prune", named, "--out", pruned, "--criterion", "taylor");
        Assert.Contains("(1 pictures)", await SucceedAsync("sensitivity", named, "--detector", detector, "--ratios", "0.5"), StringComparison.Ordinal);

        await File.WriteAllTextAsync(named, Key().Replace(trained, new string('0', 64)), Cancellation);
        var (code, _, error) = await RunAsync("evaluate", detector, "--data", named);
        Assert.Equal(2, code);
        Assert.Contains("the checkpoint store has no such data set", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<string> SucceedAsync(params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);
        Assert.True(code == 0, error);
        return output;
    }

    private async Task<string> WriteAsync(string name, string data)
    {
        string path = Path.Combine(_home, name);
        await File.WriteAllTextAsync(
            path, $"name: tiny\n{data}\ndetector: {{fine-tune: {{steps: 2}}}}\ntrajectories: {{levels: [0.2], schedules: [{{kind: one-shot}}]}}\n",
            TestContext.Current.CancellationToken);
        return path;
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var sessions = new ScriptedSessions(_home, Some.Status(WorkState.Completed, Some.Trajectory(WorkState.Completed, done: 3)));
        var context = new CliContext { Output = output, Error = error, IsTerminal = false, Sessions = sessions };
        int code = await CommandLine.RunAsync([.. arguments, "--home", _home], context);
        return (code, output.ToString(), error.ToString());
    }

    [GeneratedRegex("^data: .*$", RegexOptions.Multiline)]
    private static partial Regex Data();

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Key();
}
