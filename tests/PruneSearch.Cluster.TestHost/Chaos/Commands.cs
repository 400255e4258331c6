using System.Globalization;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>The runs as commands: <c>chaos</c>, <c>scale</c>. Options are <c>--name value</c>; servers come from eng/with-services.</summary>
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
        if (command == "scale")
        {
            await new ScaleRun(new ScaleOptions
            {
                Trajectories = Number("--trajectories", 2000),
                Milliseconds = Number("--milliseconds", 1000),
                Workers = Number("--workers", 4),
                Slots = Number("--slots", 4),
                Strategy = given.TryGetValue("--strategy", out string? strategy) ? Enum.Parse<StrategyKind>(strategy, ignoreCase: true) : null,
                Folder = folder,
                PostgresPrograms = Variable("PRUNESEARCH_TEST_POSTGRES_BIN"),
                PostgresUser = Environment.GetEnvironmentVariable("PRUNESEARCH_TEST_POSTGRES_USER") ?? "",
            }, Console.Out).RunAsync().ConfigureAwait(false);
            return 0;
        }
        var result = await new ChaosRun(new ChaosOptions
        {
            Seed = Number("--seed", 1),
            Faults = Number("--faults", 100),
            Trajectories = Number("--trajectories", 240),
            Folder = folder,
            PostgresPrograms = Variable("PRUNESEARCH_TEST_POSTGRES_BIN"),
            PostgresUser = Environment.GetEnvironmentVariable("PRUNESEARCH_TEST_POSTGRES_USER") ?? "",
            AzuriteProgram = Variable("PRUNESEARCH_TEST_AZURITE_BIN"),
        }, Console.Out).RunAsync().ConfigureAwait(false);
        foreach (var kind in result.Faults.GroupBy(f => f.Kind).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            double[] seconds = [.. kind.Select(f => f.Recovery?.TotalSeconds ?? double.NaN).Order()];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind.Key,-20} {seconds.Length,3} times, all slots at work after " +
                $"{seconds[seconds.Length / 2]:F1} s (median), {seconds[^1]:F1} s (longest); {kind.Sum(f => f.Repeated)} attempts made again"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.Faults.Count} faults in {result.Duration.TotalMinutes:F1} min; search {result.State}; {result.Stages} stages, {result.Attempts} " +
            $"attempts, {result.BegunAgain.Count} begun again after they were done; same frontier: {result.SameFrontier}"));
        return result is { State: WorkState.Completed, SameFrontier: true, BegunAgain.Count: 0 }
            && result.Faults.All(f => f.Recovery < f.Lasted + TimeSpan.FromSeconds(30)) ? 0 : 1;

        int Number(string name, int otherwise) => given.TryGetValue(name, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set: run this through eng/with-services.");
}
