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

    /// <summary>Importance criterion by name, for example <c>l2</c>. The default keeps the most accuracy (docs/pruning.md).</summary>
    [Id(1)]
    public string Criterion { get; init; } = "obs";

    /// <summary>How channels of different groups compete: <c>global</c>, <c>local</c> or <c>isomorphic</c>.</summary>
    [Id(2)]
    public string Ranking { get; init; } = "global";

    /// <summary>Kinds (<c>hidden</c>, <c>residual</c>, <c>neck</c>, <c>stem</c>, <c>head</c>) or names of prunable groups.</summary>
    [Id(3)]
    public IReadOnlyList<string> Groups { get; init; } = ["hidden"];

    /// <summary>Largest share of a group's dense channels that may go: above 0 and below 1.</summary>
    [Id(4)]
    public double MaxGroupRatio { get; init; } = 0.9;

    /// <summary>Pruned widths are multiples of this, 1 to 64; groups of which no smaller multiple may be left keep their width.</summary>
    [Id(5)]
    public int RoundTo { get; init; } = 8;

    /// <summary>Whether the readers of pruned channels are re-solved by least squares.</summary>
    [Id(6)]
    public bool Compensate { get; init; } = true;

    /// <summary>Training pictures for data-driven criteria and compensation; 8 or more.</summary>
    [Id(7)]
    public int CalibrationImages { get; init; } = 96;

    /// <summary>How the scores of a group's tensors become one score a channel: <c>mean</c>, <c>sum</c> or <c>max</c>.</summary>
    [Id(8)]
    public string Reduction { get; init; } = "mean";

    /// <summary>
    /// How scores are made comparable between groups: <c>none</c>, <c>mean</c>, <c>max</c>, <c>gaussian</c>, or <c>auto</c>:
    /// none for <c>obs</c>, whose scores are comparable as they are, and mean for the others.
    /// </summary>
    [Id(9)]
    public string Normalisation { get; init; } = "auto";

    /// <summary>What scores are divided by: <c>none</c>, or the <c>macs</c>, <c>parameters</c> or <c>memory</c> that a channel of the group costs.</summary>
    [Id(10)]
    public string PerCost { get; init; } = "none";

    /// <summary>What <see cref="Ratio"/> is a share of: <c>channels</c>, <c>parameters</c>, <c>macs</c> or measured <c>latency</c>.</summary>
    [Id(11)]
    public string Target { get; init; } = "channels";

    /// <summary>Channels that every selected group keeps at least, 1 or more; groups that are narrower keep what they have.</summary>
    [Id(12)]
    public int MinWidth { get; init; } = 1;

    /// <summary>
    /// Kinds or names of groups that lose nothing, whatever <see cref="Groups"/> says. <see langword="null"/> protects residual
    /// chains unless <see cref="Groups"/> names them: every block of a chain reads them, so they hurt most and save least.
    /// </summary>
    [Id(13)]
    public IReadOnlyList<string>? Protect { get; init; }

    /// <summary>Whether batch norms get their statistics anew from the calibration pictures after pruning.</summary>
    [Id(16)]
    public bool Recalibrate { get; init; }
}
