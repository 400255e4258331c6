namespace PruneSearch.Cluster.Persistence;

/// <summary>The scripts that are part of the assembly.</summary>
internal static class SchemaScripts
{
    public static string Read(string name)
    {
        using var stream = typeof(SchemaScripts).Assembly.GetManifestResourceStream($"PruneSearch.Cluster.Persistence.{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
