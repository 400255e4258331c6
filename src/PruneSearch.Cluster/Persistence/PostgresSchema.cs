using Npgsql;

namespace PruneSearch.Cluster.Persistence;

/// <summary>The database of a cluster: PostgreSQL 13 or newer.</summary>
internal static class PostgresSchema
{
    private const int Version = 1;

    // Any number that nobody else locks: silos that start together apply the script one after the other.
    private const long ApplyLock = 0x5052554E45534541;

    /// <summary>
    /// Makes the tables and statements that are missing; applying it again changes nothing. Silos of this version and the next may share a database:
    /// what the next one made is left as it is.
    /// </summary>
    /// <exception cref="IOException">The database cannot be reached or used, or was made by a newer version.</exception>
    public static void Apply(string connectionString)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        string name = $"{target.Host}:{target.Port}/{target.Database ?? target.Username}";
        try
        {
            using var connection = new NpgsqlConnection(connectionString);
            connection.Open();
            using var transaction = connection.BeginTransaction();
            Execute(connection, $"SELECT pg_advisory_xact_lock({ApplyLock})");
            Execute(connection, "CREATE TABLE IF NOT EXISTS PruneSearchSchema (Version integer NOT NULL)");
            using (var read = new NpgsqlCommand("SELECT coalesce(max(Version), 0) FROM PruneSearchSchema", connection))
            {
                int found = (int)read.ExecuteScalar()!;
                if (found > Version + 1)
                {
                    throw new IOException($"Database {name} has format {found}, made by a newer version of this program; this one knows formats " +
                        $"up to {Version + 1}.");
                }
                if (found > Version)
                {
                    return; // the next version has only added to the tables, and its statements are for this one, too
                }
            }
            Execute(connection, SchemaScripts.Read("postgres.sql"));
            Execute(connection, $"DELETE FROM PruneSearchSchema; INSERT INTO PruneSearchSchema VALUES ({Version})");
            transaction.Commit();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw new IOException($"The database {name} cannot be used: {e.Message}", e);
        }
    }

    private static void Execute(NpgsqlConnection connection, string text)
    {
        using var command = new NpgsqlCommand(text, connection);
        command.ExecuteNonQuery();
    }
}
