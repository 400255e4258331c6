using System.Reflection;

namespace PruneSearch.Cluster.Connections;

/// <summary>
/// What of the grains of Orleans' dashboard a viewer may call: what only looks at numbers of grain types and silos. Whatever writes, switches, or
/// reads the state of any grain is for silos, and so is whatever a later version adds.
/// </summary>
internal static class DashboardRights
{
    private static readonly Dictionary<string, string[]> Looks = new(StringComparer.Ordinal)
    {
        ["Orleans.Dashboard.Core.IDashboardGrain"] =
            ["GetCounters", "GetGrainTracing", "GetClusterTracing", "GetSiloTracing", "TopGrainMethods", "GetGrainTypes"],
        ["Orleans.Dashboard.Core.IDashboardRemindersGrain"] = ["GetReminders"],
        ["Orleans.Dashboard.Core.ISiloGrainProxy"] = ["GetMetadata"],
        ["Orleans.Dashboard.Core.ISiloGrainService"] = ["GetExtendedProperties", "GetRuntimeStatistics", "GetCounters", "GetLifecycleStages"],
    };

    /// <summary>Whether a method of a grain is one of them.</summary>
    public static bool Allow(MethodInfo method) =>
        method.DeclaringType is { FullName: { } name } && Looks.TryGetValue(name, out string[]? methods) && methods.Contains(method.Name);
}
