using Microsoft.Data.Sqlite;

namespace PruneSearch.Cluster.Persistence;

/// <summary>The database of grain state: one SQLite file.</summary>
internal static class SqliteSchema
{
    private const long Version = 1;

    /// <summary>How the provider opens the file.</summary>
    public static string ConnectionString(string path) => new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30, ForeignKeys = true }.ToString();

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
            command.CommandText = Script();
            command.ExecuteNonQuery();
            transaction.Commit();
        }
        catch (SqliteException e)
        {
            throw new IOException($"The database {path} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Closes the connections that this process keeps open to the file.</summary>
    public static void Close(string path)
    {
        using var connection = new SqliteConnection(ConnectionString(path));
        SqliteConnection.ClearPool(connection);
    }

    private static string Script()
    {
        using var stream = typeof(SqliteSchema).Assembly.GetManifestResourceStream("PruneSearch.Cluster.Persistence.sqlite.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
