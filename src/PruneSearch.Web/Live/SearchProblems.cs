using PruneSearch.Core.Searches;

namespace PruneSearch.Web.Live;

/// <summary>What failed in a search and what it warned of: each once, however many trajectories it concerns.</summary>
public sealed record SearchProblems
{
    /// <summary>How many trajectories failed.</summary>
    public required int Failed { get; init; }

    /// <summary>Each failure: the trajectories, why, and the end of the log of the worker where it happened.</summary>
    public required IReadOnlyList<(string Who, string Reason, string? Log)> Failures { get; init; }

    /// <summary>Each warning, with the trajectories that it is of.</summary>
    public required IReadOnlyList<(string Text, string Who)> Warnings { get; init; }

    /// <summary>Those of some trajectories.</summary>
    /// <param name="all">How they stand.</param>
    /// <param name="last">What there was before; itself when there is nothing else now.</param>
    public static SearchProblems Of(IReadOnlyList<TrajectoryStatus> all, SearchProblems? last)
    {
        var failed = all.Where(t => t.State == WorkState.Failed).ToList();
        var problems = new SearchProblems
        {
            Failed = failed.Count,
            Failures = [.. failed.GroupBy(t => t.NextStage?.ToString() ?? t.Name).Select(g =>
                (Who(g.Select(t => t.Name)), g.First().Reason ?? "unknown", g.Select(t => t.LogTail).FirstOrDefault(l => l is not null)))],
            Warnings = [.. all.SelectMany(t => t.Warnings.Select(w => (w.Text, t.Name))).GroupBy(w => w.Text)
                .Select(g => (g.Key, Who(g.Select(w => w.Name))))],
        };
        return last is not null && last.Failed == problems.Failed && last.Failures.SequenceEqual(problems.Failures)
            && last.Warnings.SequenceEqual(problems.Warnings) ? last : problems;
    }

    private static string Who(IEnumerable<string> names) =>
        names.Distinct().ToList() is var all && all.Count == 1 ? all[0] : $"{all[0]} and {all.Count - 1} more";
}
