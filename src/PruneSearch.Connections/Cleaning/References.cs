using System.Text.Json;
using System.Text.RegularExpressions;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Connections.Cleaning;

/// <summary>What the searches of a home or cluster need of its checkpoints.</summary>
internal sealed partial class References
{
    private readonly HashSet<StageKey> _stages = [];
    private readonly HashSet<StageKey> _prunings = [];
    private readonly HashSet<string> _hashes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _searches = new(StringComparer.Ordinal);

    private readonly HashSet<string> _over = new(StringComparer.Ordinal);

    /// <summary>Begins with nothing known.</summary>
    public References()
    {
    }

    /// <summary>Begins where a plan was made: its searches are not looked at, unless one that was over is taken up again.</summary>
    public References(CleaningPlan since)
    {
        _searches.UnionWith(since.Searches);
        _over.UnionWith(since.Over);
    }

    /// <summary>Searches that were looked at.</summary>
    public IReadOnlySet<string> Searches => _searches;

    /// <summary>Those of them that were over.</summary>
    public IReadOnlySet<string> Over => _over;

    /// <summary>Whether a stage must stay.</summary>
    public bool Needs(StageKey stage) => _stages.Contains(stage);

    /// <summary>Whether a pruned detector must stay.</summary>
    public bool NeedsPruning(StageKey pruning) => _prunings.Contains(pruning);

    /// <summary>Whether the plan of a search, or the manifest of its data, names a content.</summary>
    public bool Names(string sha256) => _hashes.Contains(sha256);

    /// <summary>Looks at the searches that it has not looked at before.</summary>
    /// <exception cref="ClusterException">A search cannot be read: what it needs is not known.</exception>
    public async Task LookAsync(ISearchSession session, KeepRule keep, CancellationToken cancellation)
    {
        foreach (var search in (await session.ListAsync().ConfigureAwait(false))
            .Where(s => _searches.Add(s.Id) || (!s.State.IsOver() && _over.Contains(s.Id))))
        {
            _ = search.State.IsOver() ? _over.Add(search.Id) : _over.Remove(search.Id);
            var plan = await session.PlanAsync(search.Id).ConfigureAwait(false);
            bool whole = !search.State.IsOver() || keep == KeepRule.All;
            foreach (var (stage, key) in plan.Trajectories.SelectMany(t => t.Stages.Zip(t.Keys)).Where(s => whole || s.First.Parent is null))
            {
                _stages.Add(key);
                _stages.UnionWith(whole ? plan.MeasureOn.Select(on => stage.Measured(key, on).ComputeKey()) : []);
                if (whole && stage.Prune is not null)
                {
                    _prunings.Add(stage.ComputePruningKey());
                }
            }
            if (keep == KeepRule.Frontier && search.State.IsOver())
            {
                _stages.UnionWith((await session.FrontierAsync(search.Id).ConfigureAwait(false)).Points.Where(p => p.OnFrontier).Select(p => p.Report.Key));
            }
            await NamesOfAsync(plan, session.Checkpoints, cancellation).ConfigureAwait(false);
        }
    }

    // Weights and manifests that the plan names, and pictures that these manifests name.
    private async Task NamesOfAsync(SearchPlan plan, ICheckpointStore store, CancellationToken cancellation)
    {
        foreach (string hash in Hashes(JsonSerializer.Serialize(plan, CoreJson.Canonical)))
        {
            if (_hashes.Add(hash) && await store.ExistsAsync(CheckpointNames.Dataset(hash), cancellation).ConfigureAwait(false))
            {
                var stream = await store.OpenReadAsync(CheckpointNames.Dataset(hash), cancellation).ConfigureAwait(false);
                using var reader = new StreamReader(stream);
                _hashes.UnionWith(Hashes(await reader.ReadToEndAsync(cancellation).ConfigureAwait(false)));
            }
        }
    }

    private static IEnumerable<string> Hashes(string text) => Hash().Matches(text).Select(m => m.Value);

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Hash();
}
