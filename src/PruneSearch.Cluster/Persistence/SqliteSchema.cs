using Microsoft.Data.Sqlite;

namespace PruneSearch.Cluster.Persistence;

/// <summary>The database of a cluster on one machine: one SQLite file.</summary>
internal static class SqliteSchema
{
    private const long Version = 2;

    public static string ConnectionString(string path) =>
        new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30, ForeignKeys = true }.ToString();

    /// <summary>Makes the tables and statements that are missing; applying it again changes nothing.</summary>
    /// <exception cref="IOException">The file was made by a newer version, is damaged or cannot be written.</exception>
    public static void Apply(string path)
    {
        try
        {
            using var connection = new SqliteConnection(ConnectionString(path));
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version";
            long found = (long)command.ExecuteScalar()!;
            if (found > Version)
            {
                throw new IOException($"{path} has format {found}, made by a newer version of this program; this one knows formats up to {Version}.");
            }
            command.CommandText = "PRAGMA journal_mode = WAL";
            command.ExecuteNonQuery();
            using var transaction = connection.BeginTransaction();
            command.Transaction = transaction;
            command.CommandText = SchemaScripts.Read("sqlite.sql");
            command.ExecuteNonQuery();
            transaction.Commit();
        }
        catch (SqliteException e)
        {
            throw new IOException($"The database {path} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Forgets all silos: whoever has the only right to the file knows that they are dead, and need not wait until they are missed.</summary>
    public static void ForgetSilos(string path)
    {
        using var connection = new SqliteConnection(ConnectionString(path));
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM OrleansMembershipTable; DELETE FROM OrleansMembershipVersionTable";
        command.ExecuteNonQuery();
    }

    /// <summary>Closes the connections that this process keeps open to the file.</summary>
    public static void Close(string path)
    {
        using var connection = new SqliteConnection(ConnectionString(path));
        SqliteConnection.ClearPool(connection);
    }
}
