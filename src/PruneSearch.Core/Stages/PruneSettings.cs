using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Stages;

/// <summary>How to prune.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.PruneSettings")]
public sealed record PruneSettings
{
    /// <summary>
    /// Share of the dense detector's <see cref="Target"/> that is gone after this stage: above 0 and below 1. Cumulative. For
    /// channels it counts within the selected groups, for the other targets over the whole detector.
    /// </summary>
    [Id(0)]
    public required double Ratio { get; init; }

    /// <summary>What may be pruned; see <see cref="GroupSelector"/>.</summary>
    [Id(3)]
    [Description("Kinds (`hidden`, `residual`, `neck`, `stem`, `head`) or names of the channel groups to prune, or `all`."), MinLength(1)]
    public IReadOnlyList<string> Groups { get; init; } = ["hidden"];

    /// <summary>
    /// <see langword="null"/> protects residual chains unless <see cref="Groups"/> names them: every block reads them, so they hurt
    /// most and save least.
    /// </summary>
    [Id(13)]
    [Description("Kinds or names of groups that lose nothing all the same; `[residual]` when left out, unless `groups` names residual chains.")]
    public IReadOnlyList<string>? Protect { get; init; }

    /// <summary>What <see cref="Ratio"/> is a share of.</summary>
    [Id(11)]
    [Description("What levels are shares of: channels of the groups, or parameters, MACs or measured latency of the whole detector.")]
    public PruneTarget Target { get; init; } = PruneTarget.Channels;

    /// <summary>The default keeps the most accuracy (docs/pruning.md).</summary>
    [Id(1)]
    [Description("Importance of a channel.")]
    public Criterion Criterion { get; init; } = Criterion.Obs;

    /// <summary>Many tensors hold a channel, and each has a score of it.</summary>
    [Id(8)]
    [Description("How the scores of the tensors that hold a channel become one.")]
    public ScoreReduction Reduction { get; init; } = ScoreReduction.Mean;

    /// <summary><see cref="ScoreNormalisation.Auto"/> is what the criterion needs.</summary>
    [Id(9)]
    [Description("How scores of different groups are made comparable; `auto` is `none` for `obs` and `mean` for the others.")]
    public ScoreNormalisation Normalisation { get; init; } = ScoreNormalisation.Auto;

    /// <summary>Whether expensive channels go first.</summary>
    [Id(10)]
    [Description("What scores are divided by: nothing, or what a channel of the group costs.")]
    public ChannelCost PerCost { get; init; } = ChannelCost.None;

    /// <summary>Which channels compete.</summary>
    [Id(2)]
    [Description("How channels of different groups compete: all together, within each group, or among groups of one kind.")]
    public ChannelRanking Ranking { get; init; } = ChannelRanking.Global;

    /// <summary>Cap, as a share of the group's dense channels.</summary>
    [Id(4)]
    [Description("Largest share of a group's channels that may go."), Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double MaxGroupRatio { get; init; } = 0.9;

    /// <summary>Groups that are narrower keep what they have.</summary>
    [Id(12)]
    [Description("Channels that every group keeps at least."), Range(1, 4096)]
    public int MinWidth { get; init; } = 1;

    /// <summary>Only where the dense width is a multiple too.</summary>
    [Id(5)]
    [Description("Widths stay multiples of this."), Range(1, 64)]
    public int RoundTo { get; init; } = 8;

    /// <summary>Whether what was lost is made good as far as least squares can.</summary>
    [Id(6)]
    [Description("Re-solve the readers of pruned channels by least squares.")]
    public bool Compensate { get; init; } = true;

    /// <summary>For what looks at pictures.</summary>
    [Id(7)]
    [Description("Training pictures for data-driven criteria and compensation."), Range(8, 4096)]
    public int CalibrationImages { get; init; } = 96;

    /// <summary>Whether what batch norms know is measured anew.</summary>
    [Id(16)]
    [Description("Give batch norms their statistics anew from the calibration pictures after pruning.")]
    public bool Recalibrate { get; init; }

    /// <summary>The groups that may be pruned, in the network's order, each once.</summary>
    /// <exception cref="ArgumentException"><see cref="Groups"/> or <see cref="Protect"/> names what this network does not have, or no group is left.</exception>
    public IReadOnlyList<ChannelGroup> GroupsOf(Network network) => GroupSelector.Select(network, Groups, Protect);
}
