using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Connections;
using PruneSearch.Core;
using PruneSearch.Core.Storage;
using PruneSearch.Stages;
using PruneSearch.Tests;

namespace PruneSearch.Cli.Tests.Clusters;

/// <summary>Real processes that train, PostgreSQL, Azurite, real kills: what comes out must be the same, byte for byte.</summary>
public sealed class ClusterExactnessTests : IDisposable
{
    private const int Stages = 4;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(8);

    // What depends on the moment: everything else in a report must be equal.
    private static readonly string[] Momentary = ["latency", "seconds", "peakMemoryBytes", "processing", "finished"];
    private readonly string _folder = Directory.CreateTempSubdirectory("prunesearch-exact-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, "float32", 5, 60, 40)]
    [InlineData(1, "float32", 16, 90, 60, Explicit = true)]
    [InlineData(1, "bfloat16", 16, 90, 60, Explicit = true)]
    [InlineData(2, "float32", 16, 90, 60, Explicit = true)]
    public async Task A_search_whose_processes_are_killed_ends_with_the_same_bytes(int threads, string precision, int kills, int baseSteps, int steps)
    {
        string search = Path.Combine(_folder, "search.yaml");
        await File.WriteAllTextAsync(search, string.Create(CultureInfo.InvariantCulture, $$"""
            name: exact
            data: {format: shapes, train: 48, validation: 16, size: 96}
            detector: {input-size: 96, width-multiplier: 0.35, extras: separable,
              fine-tune: {steps: {{baseSteps}}, batch-size: 8, learning-rate: 0.002, precision: {{precision}} } }
            pruning: {groups: [hidden, neck], criterion: l2}
            fine-tune: {steps: {{steps}}, batch-size: 8, learning-rate: 0.001, precision: {{precision}}}
            trajectories: {levels: [0.2, 0.4], schedules: [{kind: one-shot}, {kind: iterative, step: 0.2}]}
            objectives: [map50, macs]
            measure: {max-seconds: 0.3, on: {{SiloProcess.DeviceClass}}}
            """), TestContext.Current.CancellationToken);

        var calm = await RunAsync("calm", search, threads, ["all", SiloProcess.Measuring], kills: 0);
        var stormy = await RunAsync("stormy", search, threads, ["control", "worker", "worker", SiloProcess.Measuring], kills);

        Assert.Equal(Stages, calm.Stages.Count);
        Assert.Equal(calm.Stages.Keys, stormy.Stages.Keys);
        Assert.All(calm.Stages, s =>
        {
            Assert.Equal(s.Value.Report, stormy.Stages[s.Key].Report);
            Assert.Equal(s.Value.Weights, stormy.Stages[s.Key].Weights);
        });
        Assert.Equal(calm.Frontier, stormy.Frontier);
        Assert.Equal((Stages, Stages), (calm.Measured, stormy.Measured));
        Assert.Contains(" on ", calm.Frontier, StringComparison.Ordinal);
    }

    private sealed record Stage(string Report, string Weights);

    private sealed record Outcome(SortedDictionary<string, Stage> Stages, string Frontier, int Measured);

    private async Task<Outcome> RunAsync(string name, string search, int threads, string[] roles, int kills)
    {
        string home = Path.Combine(_folder, name), settings = Path.Combine(_folder, $"{name}.yaml");
        int[] gateways = [.. roles.Select(_ => FreePort.Find())];
        bool IsSilo(int i) => roles[i] != SiloProcess.Measuring;
        string database = await DatabaseAsync(), container = $"exact-{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
        await File.WriteAllTextAsync(settings, string.Create(CultureInfo.InvariantCulture, $"""
            database: {database}
            checkpoints: {Services.Azurite}
            container: {container}
            gateways: {string.Join(',', gateways.Where((_, i) => IsSilo(i)).Select(g => $"127.0.0.1:{g}"))}
            threads: {threads}
            snapshot-seconds: 1
            timeout-seconds: 120
            """), TestContext.Current.CancellationToken);
        var silos = new List<SiloProcess>();
        try
        {
            silos.AddRange(roles.Select((role, i) => new SiloProcess(settings, role, $"{role}-{i}", gateways[i], Path.Combine(home, $"{role}-{i}"))));
            using var output = new StringWriter();
            using var error = new StringWriter();
            var sessions = new SearchSessions(_ => { }, services => services.AddStageRunner());
            var context = new CliContext { Output = output, Error = error, IsTerminal = false, Sessions = sessions };
            var run = CommandLine.RunAsync(["run", search, "--cluster", settings, "--home", home], context);
            var watch = Stopwatch.StartNew();
            var device = kills == 0 ? Task.CompletedTask : KillWhenAtWorkAsync(silos[^1], run);
            int killed = await KillAsync(silos[..^1], CheckpointLocation.Open(Services.Azurite, container), run, kills);
            await device;
            int code = await run.WaitAsync(TimeLimit, TestContext.Current.CancellationToken);
            Assert.True(code == 0, $"{name} ended with {code}: {error}{output}{string.Concat(silos.Select(s => s.Output))}");
            var attempts = silos[..^1].SelectMany(s => s.Attempts()).ToList();
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{name}: {killed} kills, {attempts.Count} attempts at {attempts.Distinct().Count()} stages, {watch.Elapsed.TotalSeconds:F0} s");
            Assert.True(killed == kills, $"only {killed} kills before the search ended");
            Assert.True(kills == 0 || attempts.Count > Stages, "no kill met a stage");
            return await ReadAsync(settings);
        }
        finally
        {
            silos.ForEach(s => s.Dispose());
        }
    }

    // The device is killed in the middle of a measurement, once, and comes back.
    private static async Task KillWhenAtWorkAsync(SiloProcess device, Task run)
    {
        while (!device.IsAtWork())
        {
            Assert.False(run.IsCompleted, "the search ended, and no model was measured");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        device.KillAndRestart();
    }

    /// <summary>
    /// Kills whoever is at work at seeded moments, and every fifth time the coordinator, while the search runs. Each kill but the
    /// first waits for a snapshot or a result of the time since the one before: a stage whose workers die ten times without
    /// getting further fails, as it should.
    /// </summary>
    /// <returns>How many.</returns>
    private static async Task<int> KillAsync(List<SiloProcess> silos, ICheckpointStore checkpoints, Task run, int kills)
    {
        var random = new Random(7);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < kills; i++)
        {
            bool further = i == 0;
            while (!run.IsCompleted && !((further = further || await IsFurtherAsync(checkpoints, seen)) && silos.Exists(s => s.IsAtWork())))
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
            await Task.WhenAny(run, Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 1.5), TestContext.Current.CancellationToken));
            if (run.IsCompleted)
            {
                return i;
            }
            (i % 5 == 2 ? silos[0] : silos.Find(s => s.IsAtWork()) ?? silos[1 + (i % 2)]).KillAndRestart();
            await IsFurtherAsync(checkpoints, seen);
        }
        return kills;
    }

    // Whether there is a snapshot or a report that was not seen before.
    private static async Task<bool> IsFurtherAsync(ICheckpointStore checkpoints, HashSet<string> seen)
    {
        bool further = false;
        await foreach (string name in checkpoints.ListAsync("stages/", TestContext.Current.CancellationToken))
        {
            further |= (name.Contains("/snapshots/", StringComparison.Ordinal) || name.EndsWith("/report.json", StringComparison.Ordinal)) && seen.Add(name);
        }
        return further;
    }

    private static async Task<Outcome> ReadAsync(string settings)
    {
        await using var cluster = await ClusterClient.ConnectAsync(ClusterAddress.Parse(settings), cancellation: TestContext.Current.CancellationToken);
        var search = Assert.Single(await cluster.Searches.ListAsync());
        var view = await cluster.Searches.FrontierAsync(search.Id);
        var measured = await cluster.Searches.FrontierAsync(search.Id, SiloProcess.DeviceClass);
        Assert.All(measured.Points, p => Assert.Equal((2, true), (p.Report.Latency.Device.Threads, p.Report.Latency.SpeedUp > 0)));
        Assert.Equal(view.Points.Select(p => p.Report.Key.ToString()).Order(), measured.Points.Select(p => p.Report.Key.ToString()).Order());
        var stages = new SortedDictionary<string, Stage>(StringComparer.Ordinal);
        foreach (var report in view.Points.Select(p => p.Report).DistinctBy(r => r.Key))
        {
            await using var weights = await cluster.Checkpoints!.OpenReadAsync(CheckpointNames.Weights(report.Key), TestContext.Current.CancellationToken);
            stages[report.Key] = new Stage(
                Lasting(JsonSerializer.Serialize(report, CoreJson.Readable)),
                Convert.ToHexStringLower(await SHA256.HashDataAsync(weights, TestContext.Current.CancellationToken)));
            Assert.Equal(report.WeightsSha256, stages[report.Key].Weights);
        }
        var points = view.Points.Select(p => $"{p.Trajectory} {p.Ratio} {p.Iteration} {(p.OnFrontier ? "on" : "off")} {p.Report.Key}");
        return new Outcome(stages, string.Join('\n', points.Order(StringComparer.Ordinal)), measured.Points.Count);
    }

    private static string Lasting(string report)
    {
        var json = JsonNode.Parse(report)!.AsObject();
        Assert.All(Momentary, name => Assert.True(json.Remove(name), name));
        return json.ToJsonString();
    }

    private static async Task<string> DatabaseAsync()
    {
        string name = "exact_" + RandomNumberGenerator.GetHexString(12, lowercase: true);
        await using var connection = new NpgsqlConnection(Services.Postgres);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new NpgsqlConnectionStringBuilder(Services.Postgres) { Database = name }.ConnectionString;
    }
}
