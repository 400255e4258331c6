using System.Net;
using Microsoft.Data.Sqlite;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Tests;

namespace PruneSearch.Cluster.Tests;

/// <summary>What probes are told about a silo.</summary>
public sealed class HealthTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly HttpClient Client = new();

    [Fact]
    public async Task A_silo_whose_store_goes_and_comes_back_is_ready_when_it_is_there()
    {
        using var home = new TestHome();
        var options = Options(home, home.File("store"));
        await using var silo = await SiloHost.StartAsync(options, cancellation: TestContext.Current.CancellationToken);
        await UntilAsync(options, "200 ready");

        Directory.Move(options.Checkpoints, options.Checkpoints + "-away");
        await UntilAsync(options, "503 not ready: checkpoints");
        Assert.StartsWith("200 ", await AskAsync(options, "live"), StringComparison.Ordinal); // nobody should restart it for that

        Directory.Move(options.Checkpoints + "-away", options.Checkpoints);
        await UntilAsync(options, "200 ready");
    }

    [Fact]
    public async Task A_silo_with_a_wrong_key_of_its_store_is_not_ready()
    {
        using var home = new TestHome();
        string wrong = string.Join(
            ';', Services.Azurite.Split(';').Select(p => p.StartsWith("AccountKey=", StringComparison.Ordinal) ? "AccountKey=aGlkZGVu" : p));
        var options = Options(home, wrong);
        await using var silo = await SiloHost.StartAsync(options, cancellation: TestContext.Current.CancellationToken);
        await UntilAsync(options, "503 not ready: checkpoints");
    }

    [Fact]
    public async Task A_silo_whose_database_lost_its_tables_is_not_ready()
    {
        using var home = new TestHome();
        var options = Options(home, home.File("store"));
        await using var silo = await SiloHost.StartAsync(options, cancellation: TestContext.Current.CancellationToken);
        await UntilAsync(options, "200 ready");
        await ExecuteAsync(options, "ALTER TABLE OrleansMembershipVersionTable RENAME TO Gone");
        await UntilAsync(options, "503 not ready: database");
        await ExecuteAsync(options, "ALTER TABLE Gone RENAME TO OrleansMembershipVersionTable");
        await UntilAsync(options, "200 ready");
    }

    private static async Task ExecuteAsync(SiloOptions options, string statement)
    {
        await using var connection = new SqliteConnection(options.Database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task UntilAsync(SiloOptions options, string expected)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        string found = "";
        while (found != expected)
        {
            Assert.False(limit.IsCancellationRequested, $"expected {expected}, found {found}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
            found = await AskAsync(options, "ready");
        }
    }

    private static async Task<string> AskAsync(SiloOptions options, string what)
    {
        using var answer = await Client.GetAsync(new Uri($"http://127.0.0.1:{options.HealthPort}/healthz/{what}"), TestContext.Current.CancellationToken);
        return $"{(int)answer.StatusCode} {(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).TrimEnd()}";
    }

    private static SiloOptions Options(TestHome home, string checkpoints) => new()
    {
        Role = SiloRole.Control,
        Database = $"Data Source={home.File("cluster.db")}",
        Checkpoints = checkpoints,
        Container = "test-" + Guid.NewGuid().ToString("N"),
        Name = "control",
        AdvertisedAddress = IPAddress.Loopback,
        SiloPort = FreePort.Find(),
        GatewayPort = FreePort.Find(),
        HealthPort = FreePort.Find(),
    };
}
