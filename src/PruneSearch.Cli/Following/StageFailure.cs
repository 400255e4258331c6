using PruneSearch.Core;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Following;

/// <summary>A stage that failed, with all trajectories that had it before them.</summary>
/// <param name="Trajectories">The trajectories, in plan order.</param>
internal sealed record StageFailure(IReadOnlyList<TrajectoryStatus> Trajectories)
{
    public static IReadOnlyList<StageFailure> Of(SearchStatus status) =>
        [.. status.Trajectories.Where(t => t.State == WorkState.Failed).GroupBy(t => t.NextStage ?? t.Name).Select(g => new StageFailure([.. g]))];

    public string Reason => ErrorText.OneLine(Trajectories[0].Reason ?? "unknown");

    /// <summary>Names of the trajectories: of many, the first and how many more.</summary>
    public string Who => Trajectories.Count == 1 ? Trajectories[0].Name : $"{Trajectories[0].Name} and {Trajectories.Count - 1} more";

    /// <summary>The end of the log of the worker where it failed.</summary>
    public IReadOnlyList<string> Log => Trajectories.Select(t => t.LogTail).FirstOrDefault(l => l is not null)?.Split('\n') ?? [];
}
