using System.Collections.Immutable;
using PruneSearch.Core.Networks;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Stages;

/// <summary>Which channels of the detector that the search began with a stage's detector still has.</summary>
internal sealed class KeptChannels
{
    private static readonly PruningPlan Everything = new(new Dictionary<string, ImmutableArray<int>>(), 0);

    /// <summary>Follows the plans of all prunings since the first stage.</summary>
    /// <param name="files">What earlier stages left.</param>
    /// <param name="parent">The detector before the pruning of this stage.</param>
    /// <param name="plan">That pruning; <see langword="null"/> for none.</param>
    public KeptChannels(StageDescription stage, StageFiles files, DetectorModel parent, PruningPlan? plan)
    {
        var own = plan ?? Everything;
        if (stage.Parent is not { } key || key == stage.Measure.Baseline)
        {
            Plan = own;
            return;
        }
        if (files.ReadKept(key) is { } before)
        {
            Plan = before.Then(own);
            return;
        }
        // A stage of a version that left no list: what is certain are the groups that still had all their channels.
        HashSet<string> narrowed = [.. parent.Network.Groups.Where(g => g.Width < g.DenseWidth).Select(g => g.Name)];
        Plan = own with { Kept = own.Kept.Where(k => !narrowed.Contains(k.Key)).ToDictionary(StringComparer.Ordinal) };
        Warning = narrowed.Count == 0 ? null
            : $"the stage before kept no list of its channels: {narrowed.Count} of {parent.Network.Groups.Count} groups teach no feature maps";
    }

    /// <summary>All prunings as one.</summary>
    public PruningPlan Plan { get; }

    /// <summary>What a user who distils feature maps should know.</summary>
    public string? Warning { get; }
}
