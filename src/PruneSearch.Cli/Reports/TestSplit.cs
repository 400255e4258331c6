using PruneSearch.Cli.Sessions;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Searches;
using PruneSearch.Data.Datasets;
using PruneSearch.Stages;

namespace PruneSearch.Cli.Reports;

/// <summary>Evaluates the last detector of every trajectory on the test split; those that were evaluated before are only looked up.</summary>
internal static class TestSplit
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(10);

    /// <summary>The validation split, for searches without another one.</summary>
    /// <exception cref="IOException">The pictures are not where this machine sees them.</exception>
    public static DetectionDataset Validation(ISearchSession session, SearchPlan plan, CancellationToken cancellation) =>
        new SplitScores(session.Checkpoints, threads: 1).Read(plan.Trajectories[0].Stages[0].Data.Validation, cancellation);

    /// <summary>Figures by stage, and the split; <see langword="null"/> for a search without one.</summary>
    /// <exception cref="IOException">The pictures are not where this machine sees them, or the store cannot be read or written.</exception>
    public static async Task<(IReadOnlyDictionary<string, SplitScore> Scores, DetectionDataset Split)?> ScoreAsync(
        CliContext context, ISearchSession session, SearchPlan plan, ReportedSearch search, int threads, CancellationToken cancellation)
    {
        if (plan.Test is not { } manifest)
        {
            return null;
        }
        string[] keys = [.. plan.Trajectories.Where(t => search.Reports[t.Name].Count == t.Stages.Count).Select(t => search.Reports[t.Name][^1].Key).Distinct()];
        var scoring = new SplitScores(session.Checkpoints, threads);
        var split = await Task.Run(() => scoring.Read(manifest, cancellation), cancellation).ConfigureAwait(false);
        var scores = new Dictionary<string, SplitScore>();
        foreach (string key in keys)
        {
            if (await scoring.FindAsync(key, manifest, cancellation).ConfigureAwait(false) is { } known)
            {
                scores.Add(key, known);
            }
        }
        string[] left = [.. keys.Where(k => !scores.ContainsKey(k))];
        long start = context.Time.GetTimestamp(), shown = start;
        for (int i = 0; i < left.Length; i++)
        {
            scores.Add(left[i], await Task.Run(() => scoring.Score(left[i], split, cancellation), cancellation).ConfigureAwait(false));
            if (i == 0 || i + 1 == left.Length || context.Time.GetElapsedTime(shown) >= Pace)
            {
                shown = context.Time.GetTimestamp();
                string rest = ReportFormat.Span(context.Time.GetElapsedTime(start).TotalSeconds / (i + 1) * (left.Length - i - 1));
                await context.Output.WriteLineAsync($"{plan.Id}: {i + 1} of {ReportFormat.Counted(left.Length, "detector")} evaluated on {ReportFormat.Counted(split.Samples.Count, "test picture")}{(i + 1 < left.Length ? $", {rest} left" : "")}").ConfigureAwait(false);
            }
        }
        return (scores, split);
    }
}
