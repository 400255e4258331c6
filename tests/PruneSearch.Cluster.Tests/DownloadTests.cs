using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Connections;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Tests;

namespace PruneSearch.Cluster.Tests;

/// <summary>A program gets the model of a frontier's point through the client library, wherever the checkpoints are.</summary>
public sealed class DownloadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task From_an_embedded_host()
    {
        using var home = new TestHome();
        var runner = new StubStageRunner(TimeSpan.Zero);
        await using var host = await home.StartAsync(runner);
        runner.Behaviour = (job, _) => SaveModel(host.Store, job);
        await host.RunAsync(Plans.Small("a"));

        await RequireDownloadsAsync(host.Client, home);
    }

    [Fact]
    public async Task From_a_cluster_with_a_folder()
    {
        using var home = new TestHome();
        await RequireClusterDownloadsAsync(home, home.Path, "unused");
    }

    [Fact]
    public async Task From_a_cluster_with_a_blob_store()
    {
        using var home = new TestHome();
        await RequireClusterDownloadsAsync(home, Services.Azurite, $"download-{RandomNumberGenerator.GetHexString(12, lowercase: true)}");
    }

    [Fact]
    public async Task Not_from_a_client_that_does_not_know_where_the_checkpoints_are()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);
        var client = new SearchClient(host.Grains);
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => client.DownloadAsync("abc", home.File("model.onnx"), Cancellation));
        Assert.Contains("expected them in the address of the cluster", e.Message, StringComparison.Ordinal);
    }

    private static async Task RequireClusterDownloadsAsync(TestHome home, string checkpoints, string container)
    {
        Directory.CreateDirectory(home.Path);
        string database = $"Data Source={home.File("cluster.db")}";
        var runner = new StubStageRunner(TimeSpan.Zero);
        await using var silo = await SiloHost.StartAsync(
            new SiloOptions
            {
                Database = database,
                Checkpoints = checkpoints,
                Container = container,
                AdvertisedAddress = IPAddress.Loopback,
                SiloPort = FreePort.Find(),
                GatewayPort = FreePort.Find(),
                Timings = TestHome.Quick,
            },
            services => services.AddSingleton<IStageRunner>(runner),
            Cancellation);
        runner.Behaviour = (job, _) => SaveModel(silo.Store, job);
        await using var client = await ClusterClient.ConnectAsync(
            new ClusterAddress { Database = database, Checkpoints = checkpoints, Container = container }, cancellation: Cancellation);
        await client.Searches.LaunchAsync(Plans.Small("a"));
        await foreach (var status in client.Searches.FollowAsync("a", TimeSpan.FromMilliseconds(50), Cancellation))
        {
            Assert.NotEqual(WorkState.Failed, status.State);
        }

        await RequireDownloadsAsync(client.Searches, home);
    }

    private static async Task RequireDownloadsAsync(SearchClient client, TestHome home)
    {
        string path = home.File("model.onnx");
        var best = (await client.FrontierAsync("a")).Points.Where(p => p.OnFrontier).MaxBy(p => p.Report.Latency.SpeedUp)!;
        await File.WriteAllTextAsync(path, "what was there before, and is longer than nothing", Cancellation);

        await client.DownloadAsync(best.Report.Key, path, Cancellation);
        Assert.Equal(Model(best.Report.Key), await File.ReadAllBytesAsync(path, Cancellation));

        string unknown = new('0', 64);
        var e = await Assert.ThrowsAsync<FileNotFoundException>(() => client.DownloadAsync(unknown, path, Cancellation));
        Assert.Contains($"There is no model of a stage '{unknown}', expected the key of a finished stage", e.Message, StringComparison.Ordinal);
        Assert.Equal(Model(best.Report.Key), await File.ReadAllBytesAsync(path, Cancellation));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => client.DownloadAsync(best.Report.Key, home.File("nowhere/model.onnx"), Cancellation));
        Assert.Equal([path], Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "model.onnx*"));
    }

    private static void SaveModel(ICheckpointStore store, StageJob job) =>
        store.PutAsync(CheckpointNames.Onnx(job.Key), (stream, stop) => stream.WriteAsync(Model(job.Key), stop).AsTask()).GetAwaiter().GetResult();

    /// <summary>300 kB that follow from the key: several blocks of a copy.</summary>
    private static byte[] Model(string key)
    {
        byte[] bytes = new byte[300_000];
        new Random(Convert.ToInt32(key[..7], 16)).NextBytes(bytes);
        return bytes;
    }
}
