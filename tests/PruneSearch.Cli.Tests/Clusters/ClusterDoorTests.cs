using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Npgsql;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Stages;
using PruneSearch.Tests;

namespace PruneSearch.Cli.Tests.Clusters;

/// <summary>
/// Every command that talks to a cluster, before every door that does not lead to one: it ends soon, with 1 and one line that says what was tried.
/// </summary>
public sealed class ClusterDoorTests : IDisposable
{
    private const int TimeoutSeconds = 2;
    private const int AnsweredSeconds = 10; // ten commands at a time, on a busy machine: time enough for an answer
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(25); // ten commands at a time on a busy machine
    private readonly string _folder = Directory.CreateTempSubdirectory("doors").FullName;

    private string Settings => Path.Combine(_folder, "cluster.yaml");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_port_that_nobody_listens_on()
    {
        int port = FreePort.Find();
        Write($"gateways: 127.0.0.1:{port}");
        Assert.All(
            await RunAllAsync(), r => AssertSays($"No silo of cluster 'prunesearch' answers: 127.0.0.1:{port} (nobody listens there), tried for 2 s", r));
    }

    [Fact]
    public async Task A_port_that_takes_connections_and_says_nothing()
    {
        using var door = Door.Silent();
        Write($"gateways: 127.0.0.1:{door.Port}");
        Assert.All(await RunAllAsync(), r => AssertSays($"answers: 127.0.0.1:{door.Port} (says nothing), tried for 2 s", r));
    }

    [Fact]
    public async Task A_port_that_speaks_something_else()
    {
        using var door = Door.Garbage();
        Write($"gateways: 127.0.0.1:{door.Port}", AnsweredSeconds);
        Assert.All(await RunAllAsync(), r => AssertSays($"answers: 127.0.0.1:{door.Port} (is no gateway of this cluster), tried for 10 s", r));
    }

    [Fact]
    public async Task A_database_file_that_is_not_there()
    {
        string missing = Path.Combine(_folder, "slip.db");
        Write($"database: Data Source={missing}");
        Assert.All(await RunAllAsync(), r => AssertSays("The database of cluster 'prunesearch', where its gateways stand, cannot be used", r));
        Assert.False(File.Exists(missing));
    }

    [Fact]
    public async Task A_forwarded_port_with_another_number()
    {
        var options = Options($"Data Source={Path.Combine(_folder, "cluster.db")}");
        await using var silo = await SiloHost.StartAsync(options, cancellation: TestContext.Current.CancellationToken);
        using var door = Door.Relay(new(IPAddress.Loopback, options.GatewayPort));
        Write($"gateways: 127.0.0.1:{door.Port}", AnsweredSeconds);
        Assert.All(
            await RunAllAsync(),
            r => AssertSays($"answers: 127.0.0.1:{door.Port} (leads to silo 127.0.0.1:{options.SiloPort}, which has not answered: it is overloaded or hangs, " +
                "or does not know itself by that address", r));
    }

    [Fact]
    public async Task A_gateway_of_another_cluster()
    {
        var options = Options($"Data Source={Path.Combine(_folder, "cluster.db")}");
        await using var silo = await SiloHost.StartAsync(options, cancellation: TestContext.Current.CancellationToken);
        Write($"gateways: 127.0.0.1:{options.GatewayPort}\ncluster-id: other", AnsweredSeconds);
        Assert.All(
            await RunAllAsync(), r => AssertSays($"No silo of cluster 'other' answers: 127.0.0.1:{options.GatewayPort} (is no gateway of this cluster)", r));
    }

    [Fact]
    public async Task A_database_that_should_know_the_gateways_and_is_down()
    {
        Write($"database: Host=127.0.0.1;Port={FreePort.Find()};Username=a;Password=hidden;Database=b", AnsweredSeconds);
        Assert.All(
            await RunAllAsync(),
            r => AssertSays("The database of cluster 'prunesearch', where its gateways stand, cannot be used: Failed to connect to 127.0.0.1", r));
    }

    [Fact]
    public async Task A_database_that_knows_no_gateway()
    {
        var options = Options(await DatabaseAsync(Services.Postgres));
        await (await SiloHost.StartAsync(options, cancellation: TestContext.Current.CancellationToken)).DisposeAsync();
        Write($"database: {options.Database}", AnsweredSeconds);
        Assert.All(await RunAllAsync(), r => AssertSays("No silo of cluster 'prunesearch' answers: its database names no gateway, tried for 10 s", r));
    }

    [Fact]
    public async Task A_cluster_whose_database_is_down()
    {
        string database = await DatabaseAsync(Services.Postgres);
        var server = new NpgsqlConnectionStringBuilder(database);
        var there = new IPEndPoint(IPAddress.Parse(server.Host!), server.Port);
        using var door = Door.Relay(there);
        (server.Host, server.Port) = ("127.0.0.1", door.Port);
        var options = Options(server.ConnectionString);
        var silo = await SiloHost.StartAsync(options, cancellation: TestContext.Current.CancellationToken);
        Write($"gateways: 127.0.0.1:{options.GatewayPort}\ntimeout-seconds: 30", seconds: null);
        door.Dispose();

        var results = await RunAllAsync();

        using var again = Door.Relay(there, door.Port); // a silo that stops wants to say so
        await silo.DisposeAsync();
        Assert.All(results.Where(r => r.Command is not ("data" or "workers" or "drain")), r =>
        {
            AssertSays("The cluster's database cannot be used", r);
            Assert.Contains("in the log of", Assert.Single(r.Errors), StringComparison.Ordinal);
        });
        Assert.Equal(0, results.Single(r => r.Command == "data").Code); // it needs only the store
        Assert.Equal(0, results.Single(r => r.Command == "workers").Code); // who is there stands in no database
    }

    [Fact]
    public async Task Who_only_asks_need_not_know_where_the_checkpoints_are()
    {
        var options = Options($"Data Source={Path.Combine(_folder, "cluster.db")}");
        await using var silo = await SiloHost.StartAsync(options, cancellation: TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Settings, $"gateways: 127.0.0.1:{options.GatewayPort}\n", TestContext.Current.CancellationToken);

        Assert.Equal(0, (await RunAsync(["list"])).Code);
        Assert.Equal(0, (await RunAsync(["workers"])).Code);
        foreach (string command in (string[])["status", "cancel", "follow", "resume", "frontier"])
        {
            Assert.Contains("There is no search 'x-1'", Assert.Single((await RunAsync([command, "x-1"])).Errors), StringComparison.Ordinal);
        }
        string pictures = Directory.CreateDirectory(Path.Combine(_folder, "pictures")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(pictures, "a.png"), [1], TestContext.Current.CancellationToken);
        Assert.Contains("where its checkpoints are is not known", Assert.Single((await RunAsync(["data", "push", pictures])).Errors), StringComparison.Ordinal);
    }

    private async Task<Result[]> RunAllAsync()
    {
        string pictures = Path.Combine(_folder, "pictures"), search = Path.Combine(_folder, "search.yaml");
        Directory.CreateDirectory(pictures);
        await File.WriteAllBytesAsync(Path.Combine(pictures, "a.png"), [1], TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(search, """
            name: tiny
            data: {format: shapes, train: 2, validation: 1, size: 64}
            detector: {fine-tune: {steps: 1}}
            trajectories: {levels: [0.2], schedules: [{kind: one-shot}]}
            """, TestContext.Current.CancellationToken);
        string[][] commands =
        [
            ["run", search], ["resume", "x-1"], ["follow", "x-1"], ["list"], ["status", "x-1"], ["cancel", "x-1"], ["frontier", "x-1"],
            ["workers"], ["drain", "w-1"],
            ["report", "x-1", "--out", Path.Combine(_folder, "report")], ["export", "x-1", "original", "--onnx", Path.Combine(_folder, "x.onnx")],
            ["data", "push", pictures],
        ];
        return await Task.WhenAll(commands.Select(RunAsync));
    }

    private async Task<Result> RunAsync(string[] command)
    {
        using StringWriter output = new(), error = new();
        var sessions = new SearchSessions(_ => { }, services => services.AddStageRunner());
        var context = new CliContext { Output = output, Error = error, IsTerminal = false, Sessions = sessions };
        long start = Stopwatch.GetTimestamp();
        int code = await CommandLine.RunAsync([.. command, "--cluster", Settings, "--home", Path.Combine(_folder, "home")], context).WaitAsync(
            2 * Longest, TestContext.Current.CancellationToken);
        return new Result(command[0], code, error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries), Stopwatch.GetElapsedTime(start));
    }

    private static void AssertSays(string expected, Result result)
    {
        string line = Assert.Single(result.Errors);
        Assert.StartsWith("prunesearch: ", line, StringComparison.Ordinal);
        Assert.True(line.Contains(expected, StringComparison.Ordinal), $"expected {expected}\nfound {line}");
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", line, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, result.Code);
        Assert.True(result.Time < Longest, $"{result.Command} took {result.Time}");
    }

    private void Write(string settings, int? seconds = TimeoutSeconds) => File.WriteAllLines(
        Settings,
        [
            settings,
            $"checkpoints: {Path.Combine(_folder, "store")}",
            .. seconds is { } limit ? [string.Create(CultureInfo.InvariantCulture, $"timeout-seconds: {limit}")] : (string[])[],
        ]);

    private SiloOptions Options(string database) => new()
    {
        Role = SiloRole.Control,
        Database = database,
        Checkpoints = Path.Combine(_folder, "store"),
        Name = "control",
        SiloPort = FreePort.Find(),
        GatewayPort = FreePort.Find(),
    };

    private static async Task<string> DatabaseAsync(string server)
    {
        string name = "doors_" + RandomNumberGenerator.GetHexString(12, lowercase: true);
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }

    private sealed record Result(string Command, int Code, string[] Errors, TimeSpan Time);
}
