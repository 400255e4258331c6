using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Cluster.TestHost.Chaos;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Storage;
using PruneSearch.Tests;

namespace PruneSearch.Cluster.Tests;

/// <summary>Databases and stores that are away while a stage runs: its work is told when they are back.</summary>
public sealed class OutageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_result_that_cannot_be_stored_is_told_again_and_the_stage_does_not_run_again()
    {
        using var home = new TestHome();
        var runner = new StubStageRunner(TimeSpan.Zero);
        var store = new BrokenStore(new FolderCheckpointStore(home.Path)) { Failures = 6 };
        await using var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions
        {
            Home = home.Path,
            Timings = TestHome.Quick,
            ConfigureServices = s => s.AddSingleton<IStageRunner>(runner).AddSingleton<ICheckpointStore>(store),
        }, Cancellation);

        Assert.Equal(WorkState.Completed, (await host.RunAsync(Plans.Small("a"))).State);

        Assert.Equal(0, store.Failures);
        Assert.Equal(runner.Started.Distinct(), runner.Started);
    }

    // The lease lasts 2 s, so that eight seconds are to it what ten minutes are to the real one's fifteen seconds and more.
    [Fact]
    public async Task A_database_that_is_away_for_several_leases_takes_no_work_away()
    {
        var folder = Directory.CreateTempSubdirectory("prunesearch-outage-");
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder.FullName, File.GetUnixFileMode(folder.FullName) | UnixFileMode.OtherExecute); // PostgreSQL runs as another user
            }
            using var postgres = new PostgresServer(Services.PostgresPrograms, Services.PostgresUser, Path.Combine(folder.FullName, "postgres"));
            using var begun = new SemaphoreSlim(0);
            using var goOn = new ManualResetEventSlim();
            var plan = Plans.Small("a");
            var runner = new TrainingRunner(plan.Keys()[0], begun, goOn);
            await using var silo = await SiloHost.StartAsync(
                new SiloOptions
                {
                    Database = postgres.ConnectionString,
                    Checkpoints = Path.Combine(folder.FullName, "checkpoints"),
                    AdvertisedAddress = IPAddress.Loopback,
                    SiloPort = FreePort.Find(),
                    GatewayPort = FreePort.Find(),
                    Timings = TestHome.Quick with { LeaseTimeToLive = TimeSpan.FromSeconds(2) },
                },
                services => services.AddSingleton<IStageRunner>(runner), Cancellation);
            await silo.Client.LaunchAsync(plan);
            await begun.WaitAsync(Cancellation);

            postgres.Stop();
            await Task.Delay(TimeSpan.FromSeconds(8), Cancellation);
            goOn.Set(); // it is done while the database is away
            await Task.Delay(TimeSpan.FromSeconds(2), Cancellation);
            postgres.Start();

            await foreach (var status in silo.Client.FollowAsync("a", TimeSpan.FromMilliseconds(100), Cancellation))
            {
                Assert.NotEqual(WorkState.Failed, status.State);
            }
            Assert.Equal(plan.Keys().Order(), runner.Started.Order()); // each once
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>One stage trains until it is told to end, and tells of more and more steps, which are worth saving each time.</summary>
    private sealed class TrainingRunner(string key, SemaphoreSlim begun, ManualResetEventSlim goOn) : IStageRunner
    {
        private readonly StubStageRunner _stub = new(TimeSpan.Zero);

        public IReadOnlyList<string> Started => _stub.Started;

        public StageReport Run(StageJob job, Action<StageProgress> progress, CancellationToken cancellation)
        {
            if (job.Key == key)
            {
                begun.Release();
                for (int step = 2; !goOn.Wait(20, cancellation); step++)
                {
                    progress(new StageProgress { Part = "fine-tune", Step = step, Steps = 10_000 });
                }
            }
            return _stub.Run(job, _ => { }, cancellation);
        }
    }

    /// <summary>A store that cannot keep reports for a while.</summary>
    private sealed class BrokenStore(ICheckpointStore store) : ICheckpointStore
    {
        public int Failures { get; set; }

        public Task<bool> ExistsAsync(string name, CancellationToken cancellation = default) => store.ExistsAsync(name, cancellation);

        public Task<Stream> OpenReadAsync(string name, CancellationToken cancellation = default) => store.OpenReadAsync(name, cancellation);

        public Task<bool> PutAsync(
            string name, Func<Stream, CancellationToken, Task> write, PutCondition condition = PutCondition.None, CancellationToken cancellation = default)
        {
            if (name.EndsWith("report.json", StringComparison.Ordinal) && Failures > 0)
            {
                Failures--;
                throw new IOException("the store is away");
            }
            return store.PutAsync(name, write, condition, cancellation);
        }

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation = default) => store.ListAsync(prefix, cancellation);

        public Task DeleteAsync(string name, CancellationToken cancellation = default) => store.DeleteAsync(name, cancellation);
    }
}
