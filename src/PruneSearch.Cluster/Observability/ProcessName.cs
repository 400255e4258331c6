namespace PruneSearch.Cluster.Observability;

/// <summary>The name of a process that was given none: unique among those that run.</summary>
internal static class ProcessName
{
    public static string Text { get; } = $"{Environment.MachineName}-{Environment.ProcessId}";
}
