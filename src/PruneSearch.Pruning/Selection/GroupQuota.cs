using System.Collections.Immutable;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Pruning.Selection;

/// <summary>How many channels a group gives up: first as ranked, then rounded to whole blocks.</summary>
internal sealed class GroupQuota
{
    private readonly double[] _scores;
    private readonly int[] _weakestFirst;
    private readonly int _roundTo;

    public GroupQuota(ChannelGroup group, int order, double[] scores, PruneSettings settings)
    {
        Group = group;
        Order = order;
        _scores = scores;
        _weakestFirst = [.. Enumerable.Range(0, scores.Length).OrderBy(i => scores[i]).ThenBy(i => i)];
        _roundTo = settings.RoundTo;
        Removable = scores.Length == 0 ? 0 : group.Width - PruningLimits.Narrowest(group, settings); // without scores it goes with its block, or not at all
    }

    public ChannelGroup Group { get; }

    public int Order { get; }

    /// <summary>Channels that earlier pruning took.</summary>
    public int Gone => Group.DenseWidth - Group.Width;

    /// <summary>Channels that cap, floor and rounding let go.</summary>
    public int Removable { get; }

    /// <summary>The block that may be left out and has the group; <see langword="null"/> for none.</summary>
    public LayerBlock? Omissible { get; init; }

    /// <summary>Whether that block goes as a whole.</summary>
    public bool IsLeftOut { get; private set; }

    /// <summary>Channels that can be gone at most.</summary>
    public int Reachable => Omissible is null ? Gone + Removable : Group.DenseWidth;

    /// <summary>Channels that the ranking takes.</summary>
    public int Asked { get; private set; }

    public int Removed { get; private set; }

    /// <summary>Channels to the next smaller multiple.</summary>
    public int Block => Group.Width - Removed - (Group.Width - Removed - 1) / _roundTo * _roundTo;

    public bool CanTakeBlock => Block > 0 && !IsLeftOut && Removed + Block <= Removable;

    /// <summary>Mean score of the channels that the next block would take.</summary>
    public double BlockCost => _weakestFirst.Skip(Removed).Take(Block).Average(i => _scores[i]);

    public void Ask() => Asked++;

    public void TakeBlock() => Removed += Block;

    public void LeaveOut() => (IsLeftOut, Asked, Removed) = (true, Group.Width, Group.Width);

    public void RoundDown() => Removed = IsLeftOut ? Group.Width : Math.Max(0, Group.Width - PruningLimits.RoundUp(Group.Width - Asked, _roundTo));

    public IEnumerable<(GroupQuota Quota, double Score, int Position)> Candidates() =>
        _weakestFirst.Take(Removable).Select((channel, position) => (this, _scores[channel], position));

    public ImmutableArray<int> Kept() => IsLeftOut ? [] : [.. _weakestFirst.Skip(Removed).Order()];
}
