using System.Globalization;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>
/// The runs as commands: <c>chaos</c>, <c>scale</c>, <c>day</c>, <c>queue</c>, <c>tls</c>. Options are <c>--name value</c>; servers come from
/// eng/with-services.
/// </summary>
public static class Commands
{
    /// <summary>Runs one.</summary>
    public static async Task<int> RunAsync(string command, IReadOnlyList<string> arguments)
    {
        var given = arguments.Chunk(2).ToDictionary(a => a[0], a => a[1]);
        string folder = given.GetValueOrDefault("--folder") ?? Directory.CreateTempSubdirectory("prunesearch-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            // PostgreSQL runs as another user
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        }
        if (command == "queue")
        {
            QueueRun.Run(Number("--stages", 100_000), Number("--searches", 10), Number("--slots", 1000), Console.Out);
            return 0;
        }
        if (command is "scale" or "day" or "tls")
        {
            var scale = new ScaleOptions
            {
                Trajectories = Number("--trajectories", 2000),
                Milliseconds = Number("--milliseconds", 1000),
                Workers = Number("--workers", 4),
                Slots = Number("--slots", 4),
                Searches = Number("--searches", 1),
                Stages = Number("--stages", 5),
                Seconds = Number("--seconds", 0),
                Idle = Number("--idle", 0),
                Tls = given.GetValueOrDefault("--tls") == "true",
                Strategy = given.TryGetValue("--strategy", out string? strategy) ? Enum.Parse<StrategyKind>(strategy, ignoreCase: true) : null,
                Folder = folder,
                PostgresPrograms = Variable("PRUNESEARCH_TEST_POSTGRES_BIN"),
                PostgresUser = Environment.GetEnvironmentVariable("PRUNESEARCH_TEST_POSTGRES_USER") ?? "",
            };
            await (command switch
            {
                "day" => new DayRun(scale, Number("--faster", 60), Console.Out).RunAsync(),
                "tls" => new TlsPairs(scale, Number("--pairs", 6), Console.Out).RunAsync(),
                _ => new ScaleRun(scale, Console.Out).RunAsync(),
            }).ConfigureAwait(false);
            return 0;
        }
        var chaos = new ChaosOptions
        {
            Seed = Number("--seed", 1),
            Faults = Number("--faults", 100),
            Trajectories = Number("--trajectories", 240),
            Network = Number("--network", 0),
            Tls = given.ContainsKey("--network") || given.GetValueOrDefault("--tls") == "true",
            OtherBuild = given.GetValueOrDefault("--other"),
            Together = Number("--together", 1),
            Partition = TimeSpan.FromSeconds(Number("--partition", 30)),
            Kinds = given.GetValueOrDefault("--kinds")?.Split(',') ?? [],
            Folder = folder,
            PostgresPrograms = Variable("PRUNESEARCH_TEST_POSTGRES_BIN"),
            PostgresUser = Environment.GetEnvironmentVariable("PRUNESEARCH_TEST_POSTGRES_USER") ?? "",
            AzuriteProgram = Variable("PRUNESEARCH_TEST_AZURITE_BIN"),
        };
        if (chaos.Network > 0 && NetworkHosts.Lacking(chaos.Network) is { } why)
        {
            Console.WriteLine($"Skipped: {why}");
            return 0;
        }
        return await new Campaign(chaos, Number("--runs", 1), Console.Out).RunAsync().ConfigureAwait(false) ? 0 : 1;

        int Number(string name, int otherwise) => given.TryGetValue(name, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set: run this through eng/with-services.");
}
