using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
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

    /// <summary>What stages themselves found on the validation split, with its resamples; without those that an earlier version ran.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static async Task<IReadOnlyDictionary<StageKey, SplitScore>> ValidationScoresAsync(
        ISearchSession session, SearchPlan plan, ReportedSearch search, CancellationToken cancellation)
    {
        var scores = new SplitScores(session.Checkpoints, threads: 1);
        string manifest = plan.Trajectories[0].Stages[0].Data.Validation;
        var found = new Dictionary<StageKey, SplitScore>();
        foreach (var key in search.LastStages(plan))
        {
            if (await scores.FindAsync(key, manifest, cancellation) is { } score)
            {
                found.Add(key, score);
            }
        }
        return found;
    }

    /// <summary>Figures by stage, and the split; <see langword="null"/> for a search without one.</summary>
    /// <exception cref="IOException">The pictures are not where this machine sees them, or the store cannot be read or written.</exception>
    public static async Task<(IReadOnlyDictionary<StageKey, SplitScore> Scores, DetectionDataset Split)?> ScoreAsync(
        CliContext context, ISearchSession session, SearchPlan plan, ReportedSearch search, int threads, CancellationToken cancellation)
    {
        if (plan.Test is not { } manifest)
        {
            return null;
        }
        var scoring = new SplitScores(session.Checkpoints, threads);
        var split = await Task.Run(() => scoring.Read(manifest, cancellation), cancellation);
        long start = context.Time.GetTimestamp(), shown = start;
        var scores = await scoring.ScoreAllAsync(search.LastStages(plan), split, Show, cancellation);
        return (scores, split);

        void Show(int done, int count)
        {
            if (done == 1 || done == count || context.Time.GetElapsedTime(shown) >= Pace)
            {
                shown = context.Time.GetTimestamp();
                string rest = done == count ? "" : $", {ReportFormat.Span(context.Time.GetElapsedTime(start).TotalSeconds / done * (count - done))} left";
                context.Output.WriteLine($"{plan.Id}: {done} of {ReportFormat.Counted(count, "detector")} evaluated on " +
                    $"{ReportFormat.Counted(split.Samples.Count, "test picture")}{rest}");
            }
        }
    }
}
