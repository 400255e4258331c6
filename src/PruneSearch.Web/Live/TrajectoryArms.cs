using PruneSearch.Core.Searches;

namespace PruneSearch.Web.Live;

/// <summary>What a plan says of its trajectories that reports do not: arms and variants.</summary>
public sealed class TrajectoryArms
{
    private readonly Dictionary<string, (string Arm, string? Variant)> _known;

    private TrajectoryArms(Dictionary<string, (string Arm, string? Variant)> known) => _known = known;

    /// <summary>Trajectories that it knows.</summary>
    public int Count => _known.Count;

    /// <summary>Whether there are variants.</summary>
    public bool HasVariants => _known.Values.Any(t => t.Variant is not null);

    /// <summary>Those of a plan.</summary>
    public static TrajectoryArms Of(SearchPlan plan)
    {
        var same = new SharedValues();
        return new(plan.Trajectories.ToDictionary(
            t => t.Name, t => (same.Of(t.Arm), t.Variant is null ? null : same.Of(t.Variant)), StringComparer.Ordinal));
    }

    /// <summary>Name of a trajectory's schedule; empty where it has none.</summary>
    public string Arm(string trajectory) => _known.GetValueOrDefault(trajectory, ("", null)).Arm;

    /// <summary>Name of a trajectory's variant.</summary>
    public string? Variant(string trajectory) => _known.GetValueOrDefault(trajectory, ("", null)).Variant;
}
