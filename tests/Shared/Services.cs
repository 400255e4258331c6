namespace PruneSearch.Tests;

/// <summary>
/// Servers that <c>eng/with-services</c> starts on loopback. A test that needs one is skipped where it does not run, and fails
/// there when <c>CI=true</c>. Tests share the servers: each makes a database or a container of its own.
/// </summary>
internal static class Services
{
    /// <summary>Npgsql connection string of a superuser; its database is <c>postgres</c>.</summary>
    public static string Postgres => Require("PRUNESEARCH_TEST_POSTGRES");

    /// <summary>Folder of <c>initdb</c> and <c>pg_ctl</c>, for tests that stop and start a server of their own.</summary>
    public static string PostgresPrograms => Require("PRUNESEARCH_TEST_POSTGRES_BIN");

    /// <summary>Whom to run a PostgreSQL server as; empty for the user of the tests.</summary>
    public static string PostgresUser => Environment.GetEnvironmentVariable("PRUNESEARCH_TEST_POSTGRES_USER") ?? "";

    /// <summary>Connection string of Azurite's storage account.</summary>
    public static string Azurite => Require("PRUNESEARCH_TEST_AZURITE");

    /// <summary>The <c>azurite-blob</c> program (run it with <c>node</c>), for tests that stop and start a server of their own.</summary>
    public static string AzuriteProgram => Require("PRUNESEARCH_TEST_AZURITE_BIN");

    private static string Require(string variable)
    {
        string? value = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(value))
        {
            string reason = $"{variable} is not set: run the tests through eng/test or eng/with-services";
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", reason);
            Assert.Skip(reason);
        }
        return value;
    }
}
