using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Web.Live;

/// <summary>A stage of a search, with the stages that go on from it.</summary>
/// <param name="trajectory">The first trajectory that has it.</param>
/// <param name="iteration">0 for the base, then 1, 2, …</param>
internal sealed class StageNode(StageKey key, string trajectory, int iteration)
{
    public StageKey Key => key;

    public string Trajectory => trajectory;

    public int Iteration => iteration;

    /// <summary>Trajectories that have it: what runs once and is used by all of them.</summary>
    public int Trajectories { get; set; }

    public List<StageNode> Children { get; } = [];
}

/// <summary>All stages of a search: trajectories with a common beginning share it.</summary>
/// <param name="Roots">The base detectors, one a seed.</param>
/// <param name="Depth">Stages of the longest trajectory.</param>
/// <param name="Trajectories">Trajectories in all.</param>
internal sealed record StageTree(IReadOnlyList<StageNode> Roots, int Depth, int Trajectories)
{
    /// <summary>The tree of a plan.</summary>
    public static StageTree Of(SearchPlan plan)
    {
        var nodes = new Dictionary<StageKey, StageNode>();
        var roots = new List<StageNode>();
        foreach (var trajectory in plan.Trajectories)
        {
            StageNode? parent = null;
            foreach (var (iteration, key) in trajectory.Keys.Index())
            {
                if (!nodes.TryGetValue(key, out var node))
                {
                    nodes[key] = node = new StageNode(key, trajectory.Name, iteration);
                    (parent?.Children ?? roots).Add(node);
                }
                node.Trajectories++;
                parent = node;
            }
        }
        return new StageTree(roots, plan.Trajectories.Max(t => (int?)t.Stages.Count) ?? 0, plan.Trajectories.Count);
    }

    /// <summary>Every stage, each before those that go on from it.</summary>
    public IEnumerable<StageNode> All
    {
        get
        {
            var next = new Stack<StageNode>(Roots);
            while (next.TryPop(out var node))
            {
                yield return node;
                node.Children.ForEach(next.Push);
            }
        }
    }
}
