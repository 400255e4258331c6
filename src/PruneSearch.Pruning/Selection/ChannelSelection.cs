using System.Collections.Immutable;
using System.Globalization;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Pruning.Selection;

/// <summary>
/// Turns scores into the channels that stay. Channels compete by score, the lowest go first; equal scores go in the order
/// of groups and channels, so equal input gives an equal plan.
/// </summary>
public static class ChannelSelection
{
    /// <summary>Chooses which channels stay: those with the lowest scores go first.</summary>
    /// <param name="network">The network as it is now, pruned already or not.</param>
    /// <param name="scores">Group name to one finite score a channel; higher is more important.</param>
    /// <param name="settings">
    /// <see cref="PruneSettings.Ratio"/> counts channels here, whatever <see cref="PruneSettings.Target"/> says, against the dense
    /// widths of the selected groups, so channels that are gone already count too. Rounding never removes more channels than
    /// asked in all; it may remove fewer. <see cref="TargetSelection"/> serves the other targets.
    /// </param>
    /// <exception cref="ArgumentException">An unknown group, a number outside its range, or a target that the cap makes unreachable.</exception>
    /// <param name="blocks">Block name to its finite score a channel, for blocks that may be left out; none when left out.</param>
    public static PruningPlan Select(
        Network network, IReadOnlyDictionary<string, double[]> scores, PruneSettings settings, IReadOnlyDictionary<string, double>? blocks = null)
    {
        RequireRanges(settings);
        var groups = settings.GroupsOf(network);
        var quotas = Quotas(network, settings, g => Scores(g, scores));
        RequireReachable(quotas, settings);
        int dense = groups.Sum(g => g.DenseWidth);
        int budget = PruningLimits.Share(dense, settings.Ratio) - groups.Sum(g => g.DenseWidth - g.Width);
        IEnumerable<IEnumerable<GroupQuota>> competitors = settings.Ranking switch
        {
            ChannelRanking.Local => quotas.Select(q => (GroupQuota[])[q]),
            ChannelRanking.Isomorphic => quotas.GroupBy(q => q.Group.Kind),
            _ => [quotas],
        };
        // Where earlier pruning took more than its share from some, what the others would lose can be more than is left to lose.
        if (blocks is { Count: > 0 })
        {
            TakeWithBlocks(quotas, blocks, budget);
        }
        else
        {
            foreach (var candidate in Weakest(competitors.SelectMany(c => Candidates([.. c], settings.Ratio)), budget))
            {
                candidate.Quota.Ask();
            }
        }
        foreach (var quota in quotas)
        {
            quota.RoundDown();
        }
        FillUp(quotas, budget - quotas.Sum(q => q.Removed), settings.Ranking == ChannelRanking.Local ? q => q.Asked - q.Removed : q => -q.BlockCost);
        var kept = quotas.Where(q => q.Removed > 0).ToDictionary(q => q.Group.Name, q => q.Kept(), StringComparer.Ordinal);
        return new PruningPlan(kept, quotas.Sum(q => q.Removed));
    }

    /// <summary>Channels of the selected groups that are gone already, that can be gone at most, and that there were.</summary>
    /// <exception cref="ArgumentException">An unknown group, or a number outside its range.</exception>
    internal static (int Gone, int Reachable, int Dense) Range(Network network, PruneSettings settings)
    {
        RequireRanges(settings);
        var quotas = Quotas(network, settings, g => new double[g.Width]);
        return (quotas.Sum(q => q.Gone), quotas.Sum(q => q.Reachable), quotas.Sum(q => q.Group.DenseWidth));
    }

    private static List<GroupQuota> Quotas(Network network, PruneSettings settings, Func<ChannelGroup, double[]> scores)
    {
        var channelwise = settings.ChannelwiseOf(network).Select(g => g.Name).ToHashSet(StringComparer.Ordinal);
        var blocks = settings.BlocksOf(network);
        return [.. settings.GroupsOf(network).Select((g, i) => new GroupQuota(g, i, channelwise.Contains(g.Name) ? scores(g) : [], settings)
        {
            Omissible = blocks.FirstOrDefault(b => b.Groups.Contains(g.Name)),
        })];
    }

    // Blocks stand in the ranking by what each of their channels costs; one that is larger than what is left to take is passed over.
    private static void TakeWithBlocks(List<GroupQuota> quotas, IReadOnlyDictionary<string, double> blocks, int budget)
    {
        var ofBlock = quotas.Where(q => q.Omissible is not null).ToLookup(q => q.Omissible!.Name);
        var ranking = quotas.SelectMany(q => q.Candidates()).Select(c => (c.Score, c.Quota.Order, c.Position, Members: (GroupQuota[])[c.Quota], Whole: false))
            .Concat(blocks.Select(b => (Score: b.Value, ofBlock[b.Key].First().Order, Position: -1, Members: ofBlock[b.Key].ToArray(), Whole: true)));
        foreach (var next in ranking.OrderBy(r => r.Score).ThenBy(r => r.Order).ThenBy(r => r.Position))
        {
            int takes = next.Whole ? next.Members.Sum(q => q.Group.Width - q.Asked) : 1;
            if (takes > budget || next.Members[0].IsLeftOut)
            {
                continue;
            }
            budget -= takes;
            foreach (var quota in next.Members)
            {
                (next.Whole ? quota.LeaveOut : (Action)quota.Ask)();
            }
        }
    }

    /// <summary>What keeps channels from going, for messages.</summary>
    internal static string Limits(PruneSettings settings) => FormattableString.Invariant(
        $"with at most {settings.MaxGroupRatio} of each group{Narrowest(settings)}{(settings.RoundTo > 1 ? $", in multiples of {settings.RoundTo}" : "")}");

    private static string Narrowest(PruneSettings settings) => settings.MinWidth > 1 ? $", never below {settings.MinWidth} channels" : "";

    /// <summary>A share to three digits, never more than it is.</summary>
    internal static double RoundedDown(double share) => Math.Floor(1000 * share + 1e-9) / 1000;

    // The lowest scores of groups that compete, each group no further than its floor.
    private static IEnumerable<(GroupQuota Quota, double Score, int Position)> Candidates(IReadOnlyList<GroupQuota> quotas, double ratio) =>
        Weakest(quotas.SelectMany(q => q.Candidates()), PruningLimits.Share(quotas.Sum(q => q.Group.DenseWidth), ratio) - quotas.Sum(q => q.Gone));

    private static IEnumerable<(GroupQuota Quota, double Score, int Position)> Weakest(
        IEnumerable<(GroupQuota Quota, double Score, int Position)> candidates, int count) =>
        candidates.OrderBy(c => c.Score).ThenBy(c => c.Quota.Order).ThenBy(c => c.Position).Take(Math.Max(count, 0));

    // Rounding leaves some of the budget; whole blocks spend it where the order says, the largest first.
    private static void FillUp(IReadOnlyList<GroupQuota> quotas, int budget, Func<GroupQuota, double> order)
    {
        while (quotas.Where(q => q.CanTakeBlock && q.Block <= budget).OrderByDescending(order).ThenBy(q => q.Order).FirstOrDefault() is { } next)
        {
            budget -= next.Block;
            next.TakeBlock();
        }
    }

    private static double[] Scores(ChannelGroup group, IReadOnlyDictionary<string, double[]> scores)
    {
        if (!scores.TryGetValue(group.Name, out double[]? found))
        {
            throw new ArgumentException($"Channel group '{group.Name}' is selected but has no scores.");
        }
        if (found.Length != group.Width)
        {
            throw new ArgumentException($"Channel group '{group.Name}' has {group.Width} channels but {found.Length} scores.");
        }
        int bad = Array.FindIndex(found, s => !double.IsFinite(s));
        return bad < 0 ? found : throw new ArgumentException($"The score of channel {bad} of group '{group.Name}' is {found[bad]}; expected a finite number.");
    }

    private static void RequireRanges(PruneSettings settings)
    {
        if (settings.Ratio is not (>= 0 and < 1))
        {
            throw new ArgumentException($"Pruning ratio {settings.Ratio} is not from 0 to below 1.");
        }
        SettingsSection.RequireRanges(settings);
    }

    private static void RequireReachable(IReadOnlyList<GroupQuota> quotas, PruneSettings settings)
    {
        int dense = quotas.Sum(q => q.Group.DenseWidth), reachable = quotas.Sum(q => q.Reachable);
        if (PruningLimits.Share(dense, settings.Ratio) > reachable)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"Pruning ratio {settings.Ratio} cannot be reached: {Limits(settings)}, {reachable} of {dense} channels can go, a ratio of " +
                $"{RoundedDown((double)reachable / dense)}."));
        }
    }
}
