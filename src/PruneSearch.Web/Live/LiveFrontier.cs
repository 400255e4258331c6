using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Web.Live;

/// <summary>
/// The models that no other one beats, kept up as they come: the same as <see cref="FrontierPoints.Mark"/> of all of them says, at a cost that
/// grows with the frontier and not with the search.
/// </summary>
/// <param name="objectives">What is weighed.</param>
internal sealed class LiveFrontier(IReadOnlyList<Objective> objectives)
{
    private readonly record struct Entry(double[] Cost, LiveModel Model);

    private static readonly MeasuringDevice Anywhere = new("", "", 0);
    private readonly Dictionary<MeasuringDevice, List<Entry>> _frontiers = [];
    private readonly List<Entry> _bases = [];
    private readonly bool _byDevice = objectives.Contains(Objective.Latency);

    /// <summary>The models, by falling accuracy.</summary>
    public IReadOnlyList<LiveModel> Models => [.. _frontiers.SelectMany(f => f.Value.Where(e => DeviceOf(e.Model) == f.Key)).Select(e => e.Model)
        .OrderByDescending(m => m.Map50).ThenBy(m => m.Index)];

    /// <summary>Takes a model in.</summary>
    /// <returns>Whether the frontier changed.</returns>
    public bool Add(LiveModel model)
    {
        var entry = new Entry([.. objectives.Select(o => Cost(o, model))], model);
        if (Array.Exists(entry.Cost, double.IsNaN))
        {
            return false;
        }
        var device = DeviceOf(model);
        if (!_frontiers.TryGetValue(device, out var own))
        {
            _frontiers[device] = own = [];
            _bases.ForEach(b => Enter(own, b));
        }
        bool changed = Enter(own, entry);
        if (model.IsBase)
        {
            _bases.Add(entry);
            foreach (var other in _frontiers.Where(f => f.Key != device))
            {
                changed |= Enter(other.Value, entry); // it competes everywhere, and counts as on the frontier where it was measured
            }
        }
        return changed;
    }

    private static bool Enter(List<Entry> frontier, Entry entry)
    {
        if (frontier.Exists(f => ParetoFrontier.Dominates(f.Cost, entry.Cost)))
        {
            return false;
        }
        frontier.RemoveAll(f => ParetoFrontier.Dominates(entry.Cost, f.Cost));
        frontier.Add(entry);
        return true;
    }

    private MeasuringDevice DeviceOf(LiveModel model) => _byDevice ? model.Device : Anywhere;

    private static double Cost(Objective objective, LiveModel model) => objective switch
    {
        Objective.Map50 => -model.Map50,
        Objective.Map => -model.Map,
        Objective.Latency => model.IsBase ? 1 : 1 / model.SpeedUp,
        Objective.Macs => model.Macs,
        Objective.Parameters => model.Parameters,
        _ => model.Bytes,
    };
}
