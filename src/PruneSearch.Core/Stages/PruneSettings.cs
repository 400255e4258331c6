using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Settings;

namespace PruneSearch.Core.Stages;

/// <summary>What is pruned, how channels are chosen, and what is done about the loss before training.</summary>
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

    /// <summary>What may be pruned; see <see cref="GroupSelector"/>.</summary>
    [Id(3)]
    [Description("Kinds (`hidden`, `residual`, `neck`, `stem`, `head`) or names of the channel groups to prune, or `all`; `blocks` leaves out residual "
        + "blocks and layers of heads as a whole."), MinLength(1)]
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
    [Description("What says how much the detector needs a channel; the default keeps the most accuracy.")]
    public Criterion Criterion { get; init; } = Criterion.Obs;

    /// <summary>Many tensors hold a channel, and each has a score of it.</summary>
    [Id(8)]
    [Description("How the scores of the several tensors that hold a channel become one score.")]
    public ScoreReduction Reduction { get; init; } = ScoreReduction.Mean;

    /// <summary><see cref="ScoreNormalisation.Auto"/> is what the criterion needs.</summary>
    [Id(9)]
    [Description("How scores of different groups are made comparable; `auto` is what the criterion needs: `none` for `obs`, `mean` for the others.")]
    public ScoreNormalisation Normalisation { get; init; } = ScoreNormalisation.Auto;

    /// <summary>Whether expensive channels go first.</summary>
    [Id(10)]
    [Description("Divides scores by what a channel of the group costs, so that of two equally important channels the expensive one goes; `none` does not.")]
    public ChannelCost PerCost { get; init; } = ChannelCost.None;

    /// <summary>All, those of a group, or those of groups of one kind.</summary>
    [Id(2)]
    [Description("Which channels compete: all with all (`global`), those of a group (`local`), or those of groups of one kind (`isomorphic`).")]
    public ChannelRanking Ranking { get; init; } = ChannelRanking.Global;

    /// <summary>Cap, as a share of the group's channels in the original.</summary>
    [Id(4)]
    [Description("Largest share of a group's channels that may go."), Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double MaxGroupRatio { get; init; } = 0.9;

    /// <summary>Groups that are narrower keep what they have.</summary>
    [Id(12)]
    [Description("Channels that every group keeps at least; narrower groups keep what they have."), Range(1, 4096)]
    public int MinWidth { get; init; } = 1;

    /// <summary>Odd widths can be slower than wider even ones.</summary>
    [Id(5)]
    [Description("Pruned widths are multiples of this; a group of which no smaller multiple may be left keeps its width."), Range(1, 64)]
    public int RoundTo { get; init; } = 8;

    /// <summary>Whether what was lost is made good as far as least squares can.</summary>
    [Id(6)]
    [Description("Re-solve the layers that read pruned channels by least squares, so that they give their old output from what stays.")]
    public bool Compensate { get; init; } = true;

    /// <summary>
    /// Later choices then see the network as it is by then. Worth its time where most pruned layers read pruned layers; elsewhere a second round
    /// gains nothing below a third of the channels (docs/pruning.md).
    /// </summary>
    [Id(18)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [Description("Rounds in which channels go with `compensate`: each solves layers and scores what is left anew; a third goes in one at most when left out.")]
    [Range(1, 100)]
    public int? Rounds { get; init; }

    /// <summary>Of the feature maps of calibration pictures.</summary>
    [Id(17)]
    [Description("How much each position of the feature maps counts for `obs` and in compensation: as the detections depend on it, or all alike.")]
    public PositionWeighting Positions { get; init; } = PositionWeighting.Detections;

    /// <summary>For what looks at pictures.</summary>
    [Id(7)]
    [Description("Training pictures for criteria that look at pictures, for compensation and for `recalibrate`."), Range(8, 4096)]
    public int CalibrationImages { get; init; } = 96;

    /// <summary>Whether what batch norms know is measured anew.</summary>
    [Id(16)]
    [Description("Measure the statistics of batch norms anew on the calibration pictures after pruning.")]
    public bool Recalibrate { get; init; }

    /// <summary>The groups that may lose channels, by themselves or with their block, in the network's order, each once.</summary>
    /// <exception cref="ArgumentException">A name that this network does not have, or no group is left.</exception>
    public IReadOnlyList<ChannelGroup> GroupsOf(Network network) => GroupSelector.Select(network, Groups, Protect);

    /// <summary>Those of <see cref="GroupsOf"/> that may lose single channels and have some.</summary>
    /// <exception cref="ArgumentException">A name that this network does not have, or no group is left.</exception>
    public IReadOnlyList<ChannelGroup> ChannelwiseOf(Network network)
    {
        string[] channelwise = [.. Groups.Where(g => g != GroupSelector.Blocks)];
        return channelwise.Length == 0 ? [] : [.. GroupSelector.Select(network, channelwise, Protect).Where(g => g.Width > 0)];
    }

    /// <summary>The blocks that may be left out and are not yet: those of which no group is protected.</summary>
    /// <exception cref="ArgumentException">
    /// A name that this network does not have, or no group is left; or blocks are asked for with settings that cannot weigh them.
    /// </exception>
    public IReadOnlyList<LayerBlock> BlocksOf(Network network)
    {
        if (!Groups.Contains(GroupSelector.Blocks))
        {
            return [];
        }
        if (BlockProblem is { } problem)
        {
            throw new ArgumentException(problem);
        }
        var selected = GroupsOf(network).Select(g => g.Name).ToHashSet(StringComparer.Ordinal);
        return [.. network.Blocks.Except(network.LeftOut).Where(b => b.Groups.All(selected.Contains) && IsWhole(network, b))];
    }

    // A layer of a head can be left out as long as neither it nor what it reads has lost channels: then they correspond one to one.
    private static bool IsWhole(Network network, LayerBlock block) =>
        block.Instead is null || (network.Group(block.Groups[0]), network.Group(network.StandIn(block.Instead))) is var (own, read)
        && own.Width == own.DenseWidth && read.Width == read.DenseWidth && own.Width == read.Width;

    /// <summary>Why blocks cannot be weighed against channels with these settings; <see langword="null"/> where they can, or are not asked for.</summary>
    [JsonIgnore]
    public string? BlockProblem
    {
        get
        {
            string? wrong = Criterion != Criterion.Obs ? $"criterion {EnumNames.Of(Criterion)}, expected obs"
                : !Compensate ? "compensate false, expected true"
                : Ranking != ChannelRanking.Global ? $"ranking {EnumNames.Of(Ranking)}, expected global"
                : Normalisation is not (ScoreNormalisation.Auto or ScoreNormalisation.None) ? $"normalisation {EnumNames.Of(Normalisation)}, expected auto"
                : null;
            return wrong is null || !Groups.Contains(GroupSelector.Blocks) ? null
                : $"groups has 'blocks', which are weighed by the error in the detections after compensation, but pruning has {wrong}";
        }
    }
}
