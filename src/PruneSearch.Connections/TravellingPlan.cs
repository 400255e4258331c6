using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Connections;

/// <summary>
/// A plan as JSON reads it: lists become types that travel, whatever they were made of. A stage that several trajectories share, as they all share
/// their base, stays one object, so that it is sent, checked, stored and kept once.
/// </summary>
internal static class TravellingPlan
{
    /// <summary>The same plan in types that travel.</summary>
    public static SearchPlan Of(SearchPlan plan)
    {
        var stages = new Dictionary<StageDescription, StageDescription>(ReferenceEqualityComparer.Instance);
        return Plain(plan with { Trajectories = [] }) with
        {
            Trajectories = plan.Trajectories.Select(t => Plain(t with { Stages = [] }) with { Stages = t.Stages.Select(Shared).ToArray() }).ToArray(),
        };

        StageDescription Shared(StageDescription stage) =>
            stages.TryGetValue(stage, out var plain) ? plain : stages[stage] = Plain(stage);
    }

    private static T Plain<T>(T value) =>
        JsonSerializer.Deserialize<T>(JsonSerializer.SerializeToUtf8Bytes(value, CoreJson.Canonical), CoreJson.Canonical)!;
}
