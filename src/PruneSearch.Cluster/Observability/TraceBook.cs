using System.Collections.Concurrent;
using System.Diagnostics;

namespace PruneSearch.Cluster.Observability;

/// <summary>In which trace a search or a stage of this process is, for messages of the log that speak of it.</summary>
internal static class TraceBook
{
    private const int Largest = 10_000;
    private static readonly ConcurrentDictionary<string, ActivityContext> Contexts = new(StringComparer.Ordinal);

    /// <summary>The span of a search.</summary>
    public static void Search(string id, string? traceParent) => Note(id, traceParent);

    /// <summary>The span of a stage.</summary>
    public static void Stage(string key, string? traceParent) => Note(key, traceParent);

    /// <summary>The span of the search or stage of this name; the default when it is not known.</summary>
    public static ActivityContext Find(string name) => Contexts.GetValueOrDefault(name);

    private static void Note(string name, string? traceParent)
    {
        if (ActivityContext.TryParse(traceParent, null, out var context))
        {
            if (Contexts.Count >= Largest)
            {
                Contexts.Clear(); // they are noted again as they are spoken of
            }
            Contexts[name] = context;
        }
    }
}
