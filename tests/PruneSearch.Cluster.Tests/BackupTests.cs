using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Tests;

namespace PruneSearch.Cluster.Tests;

/// <summary>What docs/guide/deploy.md says of backup and restore, with the same commands: while a search runs, first the database, then the store.</summary>
public sealed class BackupTests
{
    [Fact]
    public async Task A_search_goes_on_from_a_backup_that_was_made_while_it_ran_and_ends_with_the_same_frontier()
    {
        using var home = new TestHome();
        string server = Services.Postgres, dump = home.File("prunesearch.dump"), restored = home.File("restored");
        var (before, after) = (await CreateAsync(server), await CreateAsync(server));
        var plan = Plans.Wide("a", 6, seed: 1);
        using var never = new ManualResetEventSlim();
        var last = plan.Trajectories[^1].Keys[^1];
        var runner = new StubStageRunner(TimeSpan.Zero)
        {
            Behaviour = (job, c) => never.Wait(job.Key == last ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(60), c),
        };
        var first = new HashSet<StageKey>();
        await using (var silo = await StartAsync(before, home.Path, runner))
        {
            await silo.Client.LaunchAsync(plan);
            await silo.Client.PrioritiseAsync("a", new SlotSettings { Share = 4 });
            while ((await silo.Client.SummaryAsync("a")).CompletedStages < 8)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
            await PostgresAsync("pg_dump", before, "--format=custom", "--exclude-table-data=orleansmembership*", $"--file={dump}");
            Copy(home.Path, restored);
            first.UnionWith(Directory.EnumerateFiles(Path.Combine(restored, "stages"), "report.json", SearchOption.AllDirectories)
                .Select(f => StageKey.Parse(Path.GetFileName(Path.GetDirectoryName(f))!)));
        }
        await PostgresAsync("pg_restore", after, dump);

        var again = new StubStageRunner(TimeSpan.Zero);
        await using var other = await StartAsync(after, restored, again);
        while (!(await other.Client.SummaryAsync("a")).State.IsOver())
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        var summary = await other.Client.SummaryAsync("a");
        Assert.Equal((WorkState.Completed, 31, 4), (summary.State, summary.CompletedStages, summary.Slots.Share));
        Assert.InRange(first.Count, 8, 30);
        Assert.Empty(again.Started.Intersect(first)); // what the store has is not run again
        var frontier = await other.Client.FrontierAsync("a");
        Assert.Equal(plan.Keys().Select(k => k.ToString()).Order(), frontier.Points.Select(p => p.Report.Key.ToString()).Order());
        Assert.All(frontier.Points, p => Assert.Equal(Text(StubStageRunner.Report(p.Report.Key)), Text(p.Report)));
    }

    private static string Text(StageReport report) => JsonSerializer.Serialize(report, CoreJson.Readable);

    private static async Task<NpgsqlConnectionStringBuilder> CreateAsync(string server)
    {
        var database = new NpgsqlConnectionStringBuilder(server) { Database = "backup_" + RandomNumberGenerator.GetHexString(12, lowercase: true) };
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {database.Database}", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return database;
    }

    private static async Task PostgresAsync(string program, NpgsqlConnectionStringBuilder database, params string[] arguments)
    {
        string address = $"--dbname=host={database.Host} port={database.Port} user={database.Username} dbname={database.Database}";
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Services.PostgresPrograms, program), [address, .. arguments])
        {
            RedirectStandardError = true,
        })!;
        string said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, said);
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            try
            {
                File.Copy(file, copy);
            }
            catch (IOException) when (!File.Exists(file) || file.Contains($"{Path.DirectorySeparatorChar}.tmp{Path.DirectorySeparatorChar}"))
            {
                // It was being written under a name for the time being (.NET locks it; cp would copy what nobody reads), or was the snapshot of a
                // stage that ended.
            }
        }
    }

    private static Task<SiloHost> StartAsync(NpgsqlConnectionStringBuilder database, string store, StubStageRunner runner) => SiloHost.StartAsync(
        new SiloOptions
        {
            Database = database.ConnectionString,
            Checkpoints = store,
            ClusterId = "test",
            Name = Guid.NewGuid().ToString("N"),
            AdvertisedAddress = IPAddress.Loopback,
            SiloPort = FreePort.Find(),
            GatewayPort = FreePort.Find(),
            Timings = TestHome.Quick,
        },
        s => s.AddSingleton<IStageRunner>(runner),
        TestContext.Current.CancellationToken);
}
