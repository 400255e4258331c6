using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using PruneSearch.Cli.Sessions;

namespace PruneSearch.Cli.Tests;

/// <summary>Real silos, real training, real kills: what comes out must be the same, byte for byte.</summary>
public sealed class ClusterExactnessTests : IDisposable
{
    private const int Kills = 5;

    // What depends on the moment: everything else in a report must be equal.
    private static readonly string[] Momentary = ["latency", "seconds", "peakMemoryBytes"];
    private readonly string _folder = Directory.CreateTempSubdirectory("prunesearch-exact-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_search_whose_processes_are_killed_ends_with_the_same_bytes()
    {
        string search = Path.Combine(_folder, "search.yaml");
        await File.WriteAllTextAsync(search, """
            name: exact
            data: {format: shapes, train: 48, validation: 16, size: 96}
            detector: {input-size: 96, width-multiplier: 0.35, extras: separable, fine-tune: {steps: 60, batch-size: 8, learning-rate: 0.002}}
            pruning: {groups: [hidden, neck], criterion: l2}
            fine-tune: {steps: 40, batch-size: 8, learning-rate: 0.001}
            trajectories: {levels: [0.2, 0.4], schedules: [{kind: one-shot}, {kind: iterative, step: 0.2}]}
            measure: {max-seconds: 0.3}
            """, TestContext.Current.CancellationToken);

        var calm = await RunAsync("calm", search, ["all"], kills: 0);
        var stormy = await RunAsync("stormy", search, ["control", "worker", "worker"], Kills);

        Assert.Equal(calm.Keys.Order(), stormy.Keys.Order());
        Assert.Equal(4, calm.Count);
        foreach (var (key, files) in calm)
        {
            Assert.Equal(files.Report, stormy[key].Report);
            Assert.True(files.Weights.AsSpan().SequenceEqual(stormy[key].Weights), $"weights of stage {key} differ");
        }
    }

    private sealed record StageFiles(string Report, byte[] Weights);

    private async Task<Dictionary<string, StageFiles>> RunAsync(string name, string search, string[] roles, int kills)
    {
        string home = Path.Combine(_folder, name), settings = Path.Combine(_folder, $"{name}.yaml"), checkpoints = Path.Combine(home, "checkpoints");
        Directory.CreateDirectory(home);
        var silos = roles.Select((role, i) => new Silo(role, $"{role}-{i}", Port(), Port(), Path.Combine(home, $"{role}-{i}"))).ToList();
        await File.WriteAllTextAsync(settings, $"""
            database: Data Source={Path.Combine(home, "cluster.db")}
            checkpoints: {checkpoints}
            gateways: {string.Join(',', silos.Select(s => $"127.0.0.1:{s.GatewayPort}"))}
            threads: 1
            snapshot-seconds: 1
            """, TestContext.Current.CancellationToken);
        try
        {
            silos.ForEach(s => s.Start(settings));
            using var output = new StringWriter();
            using var error = new StringWriter();
            var context = new CliContext { Output = output, Error = error, IsTerminal = false, Sessions = new SearchSessions() };
            var run = CommandLine.RunAsync(["run", search, "--cluster", settings, "--home", home], context);
            var random = new Random(7);
            for (int i = 0; i < kills && !run.IsCompleted; i++)
            {
                await Task.WhenAny(run, Task.Delay(TimeSpan.FromSeconds(2 + (random.NextDouble() * 3)), TestContext.Current.CancellationToken));
                var victim = silos[i == 2 ? 0 : 1 + random.Next(2)]; // once the coordinator
                victim.Kill();
                victim.Start(settings);
            }
            int code = await run.WaitAsync(TimeSpan.FromMinutes(4), TestContext.Current.CancellationToken);
            Assert.True(code == 0, $"{name} ended with {code}: {error}{output}");
            Assert.True(kills == 0 || silos.Sum(s => s.Kills) >= 3, $"only {silos.Sum(s => s.Kills)} kills before the search ended");
        }
        finally
        {
            silos.ForEach(s => s.Kill());
        }
        return Directory.GetDirectories(Path.Combine(checkpoints, "stages")).ToDictionary(f => Path.GetFileName(f), f => new StageFiles(
            Lasting(File.ReadAllText(Path.Combine(f, "report.json"))), File.ReadAllBytes(Path.Combine(f, "weights.safetensors"))));
    }

    private static string Lasting(string report)
    {
        var json = JsonNode.Parse(report)!.AsObject();
        foreach (string name in json.Select(p => p.Key).Where(k => Momentary.Contains(k, StringComparer.OrdinalIgnoreCase)).ToList())
        {
            json.Remove(name);
        }
        return json.ToJsonString();
    }

    private static int Port()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Silo(string role, string name, int siloPort, int gatewayPort, string work)
    {
        private Process? _process;

        public int GatewayPort => gatewayPort;

        public int Kills { get; private set; }

        public void Start(string settings)
        {
            Directory.CreateDirectory(work);
            string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
            _process = Process.Start(new ProcessStartInfo("/bin/sh", [
                "-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "prunesearch.dll"),
                "silo", "--config", settings, "--role", role, "--name", name, "--silo-port", Text(siloPort), "--gateway-port", Text(gatewayPort), "--work", work]))!;
        }

        public void Kill()
        {
            Kills += _process!.HasExited ? 0 : 1;
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
