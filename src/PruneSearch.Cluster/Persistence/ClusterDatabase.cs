using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace PruneSearch.Cluster.Persistence;

/// <summary>Where a cluster keeps its membership, its reminders and the state of its grains.</summary>
/// <param name="Invariant">By which name Orleans' providers know its driver.</param>
/// <param name="ConnectionString">How to connect.</param>
/// <param name="Apply">
/// Makes the tables and statements that are missing; applying it again changes nothing. An <see cref="IOException"/> says that the
/// database cannot be reached or used, or was made by a newer version.
/// </param>
internal sealed record ClusterDatabase(string Invariant, string ConnectionString, Action Apply)
{
    private const string Postgres = "Npgsql";
    private const string Expected = "expected a connection string: 'Host=…;Database=…;Username=…' of PostgreSQL or 'Data Source=FILE' of SQLite";

    /// <summary>Asks the cheapest question that needs the database and its tables.</summary>
    /// <exception cref="DbException">It cannot be reached or used.</exception>
    public async Task ProbeAsync(CancellationToken cancellation)
    {
        DbConnection connection = Invariant == Postgres ? new NpgsqlConnection(ConnectionString) : new SqliteConnection(ConnectionString);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            var command = connection.CreateCommand();
            await using (command.ConfigureAwait(false))
            {
                command.CommandText = "SELECT count(*) FROM OrleansMembershipVersionTable";
                await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    public static ClusterDatabase Sqlite(string path) =>
        // the providers load Microsoft.Data.Sqlite under this name
        new("System.Data.SQLite", SqliteSchema.ConnectionString(path), () => SqliteSchema.Apply(path));

    /// <summary>Tells PostgreSQL and SQLite apart by the keywords of the connection string.</summary>
    /// <exception cref="ArgumentException">It is neither; the message has no secret in it.</exception>
    public static ClusterDatabase Parse(string connectionString)
    {
        try
        {
            var keys = new DbConnectionStringBuilder { ConnectionString = connectionString };
            if (keys.ContainsKey("Data Source"))
            {
                return Sqlite(Path.GetFullPath(new SqliteConnectionStringBuilder(connectionString).DataSource));
            }
            var postgres = new NpgsqlConnectionStringBuilder(connectionString);
            return string.IsNullOrEmpty(postgres.Host)
                ? throw new ArgumentException($"it names no host, {Expected}")
                : new(Postgres, postgres.ConnectionString, () => PostgresSchema.Apply(postgres.ConnectionString));
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            string problem = e.Message.EndsWith(Expected, StringComparison.Ordinal) ? e.Message : Expected;
            throw new ArgumentException(problem, e);
        }
    }

    public override string ToString() => Invariant; // a connection string may have a password in it
}
