using System.Security.Cryptography;
using Npgsql;
using PruneSearch.Cluster.Persistence;
using PruneSearch.Tests;

namespace PruneSearch.Cluster.Tests;

/// <summary>Silos on PostgreSQL; each test has a database of its own.</summary>
public sealed class PostgresClusterTests : ClusterTests
{
    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        using var home = new TestHome();
        string connectionString = await DatabaseAsync(home);
        PostgresSchema.Apply(connectionString);
        await ExecuteAsync(connectionString, "UPDATE PruneSearchSchema SET Version = 99");

        Assert.Contains("newer version", Assert.Throws<IOException>(() => PostgresSchema.Apply(connectionString)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_the_next_version_is_used_and_left_as_it_is()
    {
        using var home = new TestHome();
        string connectionString = await DatabaseAsync(home);
        PostgresSchema.Apply(connectionString);
        await ExecuteAsync(connectionString, "UPDATE PruneSearchSchema SET Version = Version + 1");
        await ExecuteAsync(connectionString, "UPDATE OrleansQuery SET QueryText = QueryText || ' -- newer'");

        PostgresSchema.Apply(connectionString);

        Assert.Equal(0L, await AskAsync(connectionString, "SELECT count(*) FROM OrleansQuery WHERE QueryText NOT LIKE '% -- newer'"));
        await using var silo = await StartAsync(home, connectionString, Placement.SiloRole.All, new TestHost.StubStageRunner(TimeSpan.Zero));
        await silo.Client.LaunchAsync(TestHost.Plans.Small("a"));
        Assert.Equal(2, await AskAsync(connectionString, "SELECT max(Version) FROM PruneSearchSchema"));
    }

    [Fact]
    public void A_server_that_is_not_there_is_one_line_without_the_password()
    {
        var e = Assert.Throws<IOException>(() => PostgresSchema.Apply("Host=127.0.0.1;Port=1;Username=a;Password=secret;Database=b;Timeout=2"));
        Assert.Contains("The database 127.0.0.1:1/b cannot be used", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    private protected override async Task<string> DatabaseAsync(TestHome home)
    {
        string server = Services.Postgres;
        string name = "cluster_" + RandomNumberGenerator.GetHexString(12, lowercase: true);
        await ExecuteAsync(server, $"CREATE DATABASE {name}");
        return new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }

    private static async Task ExecuteAsync(string connectionString, string statement) => await AskAsync(connectionString, statement);

    private static async Task<object?> AskAsync(string connectionString, string statement)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
