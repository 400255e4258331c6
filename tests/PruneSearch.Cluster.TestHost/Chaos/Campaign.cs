using System.Globalization;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>Several runs of chaos with different seeds, each with a cluster of its own, and what they come to.</summary>
/// <param name="options">The first run.</param>
/// <param name="runs">Runs.</param>
/// <param name="output">Where faults and figures are written.</param>
public sealed class Campaign(ChaosOptions options, int runs, TextWriter output)
{
    /// <summary>Runs all of them.</summary>
    /// <returns>Whether every search ended as if nothing had happened.</returns>
    public async Task<bool> RunAsync()
    {
        var results = new List<ChaosResult>();
        for (int run = 0; run < runs; run++)
        {
            string folder = runs == 1 ? options.Folder : Path.Combine(options.Folder, string.Create(CultureInfo.InvariantCulture, $"run-{run}"));
            Directory.CreateDirectory(folder);
            var result = await new ChaosRun(options with { Seed = options.Seed + run, Folder = folder }, output).RunAsync().ConfigureAwait(false);
            results.Add(result);
            double minutes = result.Duration.TotalMinutes;
            Line(string.Create(CultureInfo.InvariantCulture,
                $"run {run + 1}, seed {options.Seed + run}: {result.Faults.Count} faults in {minutes:F1} min; search {result.State}; {result.Stages} stages, " +
                $"{result.Attempts} attempts, {result.BegunAgain.Count} begun again after they were done, {result.Refused} writes refused by a full store; " +
                $"same frontier: {result.SameFrontier}"));
            if (runs > 1)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        foreach (var kind in results.SelectMany(r => r.Faults).GroupBy(f => f.Kind).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            double[] seconds = [.. kind.Select(f => f.Recovery?.TotalSeconds ?? double.PositiveInfinity).Order()];
            double median = seconds[seconds.Length / 2];
            Line(string.Create(CultureInfo.InvariantCulture, $"{kind.Key,-24} {seconds.Length,3} times, all slots at work after {median:F1} s (median), " +
                $"{seconds[^1]:F1} s (longest); {kind.Sum(f => f.Repeated)} attempts made again"));
        }
        Line($"{results.Sum(r => r.Faults.Count)} faults in {results.Count} runs, {results.Count(r => r.SameFrontier)} of them with the same frontier");
        return results.TrueForAll(r => r is { State: WorkState.Completed, SameFrontier: true, BegunAgain.Count: 0 });
    }

    private void Line(string text) => output.WriteLine(text);
}
