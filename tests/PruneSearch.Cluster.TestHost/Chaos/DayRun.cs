using System.Diagnostics;
using System.Globalization;
using PruneSearch.Cluster.Placement;
using PruneSearch.Connections;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>
/// A day of a control silo in some minutes: stages, polls and renewals come faster by a factor, one search after the other. Its live memory, after
/// a full collection, is written once an hour of that day.
/// </summary>
/// <param name="options">Servers and folders.</param>
/// <param name="faster">How many times as fast.</param>
/// <param name="output">Where figures are written.</param>
public sealed class DayRun(ScaleOptions options, int faster, TextWriter output)
{
    private const int Hours = 24, StageSeconds = 600;

    /// <summary>Runs it.</summary>
    public async Task RunAsync()
    {
        using var postgres = new PostgresServer(options.PostgresPrograms, options.PostgresUser, Path.Combine(options.Folder, "postgres"));
        using var control = Silo("control", SiloRole.Control, postgres);
        using var worker = Silo("worker", SiloRole.Worker, postgres);
        var client = await ClusterClient.ConnectAsync(
            new ClusterAddress { Database = postgres.ConnectionString, Timeout = TimeSpan.FromMinutes(2) }).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            var clock = Stopwatch.StartNew();
            int searches = 0, stages = 0;
            var hour = TimeSpan.FromHours(1) / faster;
            for (int h = 1; h <= Hours; h++)
            {
                while (clock.Elapsed < h * hour)
                {
                    var plan = Plans.Wide(string.Create(CultureInfo.InvariantCulture, $"day-{searches}"), options.Slots, searches * 100);
                    await client.Searches.LaunchAsync(plan).ConfigureAwait(false);
                    SearchSummary summary;
                    while (!(summary = await client.Searches.SummaryAsync(plan.Id).ConfigureAwait(false)).State.IsOver())
                    {
                        await Task.Delay(500).ConfigureAwait(false);
                    }
                    (searches, stages) = (searches + 1, stages + summary.CompletedStages);
                }
                string live = File.ReadLines(control.Settings.MemoryLog).Last();
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"hour {h}: {searches} searches, {stages} stages; control silo: {live} MiB live, {control.Memory() / 1048576.0:F0} MiB resident"))
                    .ConfigureAwait(false);
            }
        }
    }

    private SiloProcess Silo(string name, SiloRole role, PostgresServer postgres)
    {
        string folder = Path.Combine(options.Folder, name);
        return new SiloProcess(new SiloSettings
        {
            Name = name,
            Role = role,
            Database = postgres.ConnectionString,
            Checkpoints = Path.Combine(options.Folder, "checkpoints"),
            Work = folder,
            Slots = options.Slots,
            MinMilliseconds = StageSeconds * 1000 / faster,
            MaxMilliseconds = StageSeconds * 1000 / faster,
            LogRuns = false,
            Faster = faster,
            LogMemory = role == SiloRole.Control,
        }, folder);
    }
}
