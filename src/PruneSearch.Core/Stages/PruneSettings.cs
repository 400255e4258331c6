using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace PruneSearch.Core.Stages;

/// <summary>How to prune.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.PruneSettings")]
public sealed record PruneSettings
{
    /// <summary>
    /// Share of the original's <see cref="Target"/> that is gone after this stage: above 0 and below 1. Cumulative: the original is the
    /// detector that the search or the command was given. For channels it counts within the selected groups, for the other
    /// targets over the whole detector.
    /// </summary>
    [Id(0)]
    public required double Ratio { get; init; }

    /// <summary>Importance criterion by name, for example <c>l2</c>. The default keeps the most accuracy (docs/pruning.md).</summary>
    [Id(1)]
    [Description("Importance of a channel.")]
    [AllowedValues("activation", "bn", "fisher", "fpgm", "l1", "l1-readers", "l2", "l2-readers", "obs", "random", "taylor")]
    public string Criterion { get; init; } = "obs";

    /// <summary>How channels of different groups compete: <c>global</c>, <c>local</c> or <c>isomorphic</c>.</summary>
    [Id(2)]
    [Description("How channels of different groups compete: all together, within each group, or among groups of one kind.")]
    [AllowedValues("global", "local", "isomorphic")]
    public string Ranking { get; init; } = "global";

    /// <summary>Kinds (<c>hidden</c>, <c>residual</c>, <c>neck</c>, <c>stem</c>, <c>head</c>) or names of prunable groups.</summary>
    [Id(3)]
    [Description("Kinds (`hidden`, `residual`, `neck`, `stem`, `head`) or names of the channel groups to prune, or `all`."), MinLength(1)]
    public IReadOnlyList<string> Groups { get; init; } = ["hidden"];

    /// <summary>Largest share of a group's channels in the original that may go: above 0 and below 1.</summary>
    [Id(4)]
    [Description("Largest share of a group's channels that may go."), Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double MaxGroupRatio { get; init; } = 0.9;

    /// <summary>Pruned widths are multiples of this, 1 to 64; groups of which no smaller multiple may be left keep their width.</summary>
    [Id(5)]
    [Description("Pruned widths are multiples of this; a group of which no smaller multiple may be left keeps its width."), Range(1, 64)]
    public int RoundTo { get; init; } = 8;

    /// <summary>Whether the readers of pruned channels are re-solved by least squares.</summary>
    [Id(6)]
    [Description("Re-solve the readers of pruned channels by least squares.")]
    public bool Compensate { get; init; } = true;

    /// <summary>Training pictures for data-driven criteria and compensation; 8 or more.</summary>
    [Id(7)]
    [Description("Training pictures for data-driven criteria and compensation."), Range(8, 4096)]
    public int CalibrationImages { get; init; } = 96;

    /// <summary>How the scores of a group's tensors become one score a channel: <c>mean</c>, <c>sum</c> or <c>max</c>.</summary>
    [Id(8)]
    [Description("How the scores of the tensors that hold a channel become one."), AllowedValues("mean", "sum", "max")]
    public string Reduction { get; init; } = "mean";

    /// <summary>
    /// How scores are made comparable between groups: <c>none</c>, <c>mean</c>, <c>max</c>, <c>gaussian</c>, or <c>auto</c>:
    /// none for <c>obs</c>, whose scores are comparable as they are, and mean for the others.
    /// </summary>
    [Id(9)]
    [Description("How scores of different groups are made comparable; `auto` is `none` for `obs` and `mean` for the others.")]
    [AllowedValues("auto", "none", "mean", "max", "gaussian")]
    public string Normalisation { get; init; } = "auto";

    /// <summary>What scores are divided by: <c>none</c>, or the <c>macs</c>, <c>parameters</c> or <c>memory</c> that a channel of the group costs.</summary>
    [Id(10)]
    [Description("What scores are divided by: nothing, or what a channel of the group costs.")]
    [AllowedValues("none", "macs", "parameters", "memory")]
    public string PerCost { get; init; } = "none";

    /// <summary>What <see cref="Ratio"/> is a share of: <c>channels</c>, <c>parameters</c>, <c>macs</c> or measured <c>latency</c>.</summary>
    [Id(11)]
    [Description("What levels are shares of: channels of the groups, or parameters, MACs or measured latency of the whole detector.")]
    [AllowedValues("channels", "parameters", "macs", "latency")]
    public string Target { get; init; } = "channels";

    /// <summary>Channels that every selected group keeps at least, 1 or more; groups that are narrower keep what they have.</summary>
    [Id(12)]
    [Description("Channels that every group keeps at least."), Range(1, 4096)]
    public int MinWidth { get; init; } = 1;

    /// <summary>
    /// Kinds or names of groups that lose nothing, whatever <see cref="Groups"/> says. <see langword="null"/> protects residual
    /// chains unless <see cref="Groups"/> names them: every block of a chain reads them, so they hurt most and save least.
    /// </summary>
    [Id(13)]
    [Description("Kinds or names of groups that lose nothing all the same; `[residual]` when left out, unless `groups` names residual chains.")]
    public IReadOnlyList<string>? Protect { get; init; }

    /// <summary>Whether batch norms get their statistics anew from the calibration pictures after pruning.</summary>
    [Id(16)]
    [Description("Give batch norms their statistics anew from the calibration pictures after pruning.")]
    public bool Recalibrate { get; init; }
}
