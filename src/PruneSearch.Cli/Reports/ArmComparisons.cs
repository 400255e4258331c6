using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Reports;

/// <summary>An iterative arm beside a one-shot arm at one level of one variant.</summary>
/// <param name="Iterative">Prunes a little, again and again.</param>
/// <param name="OneShot">Prunes all at once.</param>
/// <param name="Difference">Iterative minus one-shot in mAP at IoU 0.5; <see langword="null"/> where they share no seed.</param>
internal sealed record ArmComparison(ArmResult Iterative, ArmResult OneShot, PairedDifference? Difference)
{
    /// <summary>
    /// Every iterative arm beside every one-shot arm of a variant, level by level. Arms that are one and the same are left out: up to one iteration they do not
    /// differ.
    /// </summary>
    public static IReadOnlyList<ArmComparison> Of(SearchResults results, string? variant) =>
    [
        .. from level in results.Pruned(variant).GroupBy(a => a.Level).OrderBy(g => g.Key)
           from iterative in level.Where(a => a.Schedule == ScheduleKind.Iterative)
           from oneShot in level.Where(a => a.Schedule == ScheduleKind.OneShot)
           where !iterative.Results.Select(r => r.Report.Key).SequenceEqual(oneShot.Results.Select(r => r.Report.Key))
           select new ArmComparison(iterative, oneShot, PairedDifference.Of(iterative.Map50BySeed, oneShot.Map50BySeed)),
    ];

    /// <summary>The arm that is better beyond the spread; <see langword="null"/> for neither.</summary>
    public ArmResult? Better => Difference is { IsBeyondSpread: true } d ? d.Differences.Mean > 0 ? Iterative : OneShot : null;
}
