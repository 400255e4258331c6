using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Settings;

namespace PruneSearch.Core.Searches;

/// <summary>Which model a search looks for: bounds that it must keep to, and what shall be as good as it can be within them.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.GoalSettings")]
public sealed record GoalSettings
{
    /// <summary>mAP at IoU 0.5.</summary>
    [Id(0)]
    [Description("What mAP at IoU 0.5 shall be.")]
    public AccuracyGoal? Map50 { get; init; }

    /// <summary>COCO mAP.</summary>
    [Id(1)]
    [Description("What COCO mAP shall be.")]
    public AccuracyGoal? Map { get; init; }

    /// <summary>Measured, over the original.</summary>
    [Id(2)]
    [Description("How many times as fast as the original it shall be.")]
    public SpeedGoal? SpeedUp { get; init; }

    /// <summary>Of the original's.</summary>
    [Id(3)]
    [Description("How many multiply-accumulate operations it shall need.")]
    public SizeGoal? Macs { get; init; }

    /// <summary>Of the original's.</summary>
    [Id(4)]
    [Description("How many parameters it shall have.")]
    public SizeGoal? Parameters { get; init; }

    /// <summary>Of the original's.</summary>
    [Id(5)]
    [Description("How large its exported file shall be.")]
    public SizeGoal? FileSize { get; init; }

    /// <summary>What is said, in the order of the keys, each with the objective that it is about.</summary>
    [JsonIgnore]
    public IReadOnlyList<(string Key, Objective Objective, IGoalPart Part)> Parts =>
    [
        .. new (string Key, Objective Objective, IGoalPart? Part)[]
        {
            ("map50", Objective.Map50, Map50), ("map", Objective.Map, Map), ("speed-up", Objective.Latency, SpeedUp),
            ("macs", Objective.Macs, Macs), ("parameters", Objective.Parameters, Parameters), ("file-size", Objective.FileSize, FileSize),
        }.Where(p => p.Part is not null).Select(p => (p.Key, p.Objective, p.Part!)),
    ];
}

/// <summary>What a goal says about one figure of a model.</summary>
public interface IGoalPart
{
    /// <summary>Whether the figure shall be as good as it can be; otherwise it has a bound.</summary>
    bool Best { get; }

    /// <summary>How many bounds it has: one unless it shall be the best.</summary>
    int Bounds { get; }
}

/// <summary>What an accuracy shall be: as high as it can, or at least something. Exactly one of them.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.AccuracyGoal")]
public sealed record AccuracyGoal : IGoalPart, IHasWord
{
    /// <summary>The word that stands for the highest.</summary>
    public static KeyValuePair<string, object> Word => new("most", new AccuracyGoal { Best = true });

    /// <inheritdoc/>
    [Id(0)]
    public bool Best { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public int Bounds => (Within is null ? 0 : 1) + (AtLeast is null ? 0 : 1);

    /// <summary>Below the original's at most; 0.01 is a point.</summary>
    [Id(1)]
    [Description("How far below the original's at most: 0.01 is one point of mAP."), Range(0.0, 1.0)]
    public double? Within { get; init; }

    /// <summary>Whatever the original has.</summary>
    [Id(2)]
    [Description("How much at least, whatever the original has."), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double? AtLeast { get; init; }
}

/// <summary>How fast a model shall be: as fast as it can, or at least some times as fast as the original.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.SpeedGoal")]
public sealed record SpeedGoal : IGoalPart, IHasWord
{
    /// <summary>The word that stands for the fastest.</summary>
    public static KeyValuePair<string, object> Word => new("most", new SpeedGoal { Best = true });

    /// <inheritdoc/>
    [Id(0)]
    public bool Best { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public int Bounds => AtLeast is null ? 0 : 1;

    /// <summary>Times the original's speed.</summary>
    [Id(1)]
    [Description("How many times as fast as the original at least."), Range(0.0, 1000.0, MinimumIsExclusive = true)]
    public double? AtLeast { get; init; }
}

/// <summary>How small a model shall be: as small as it can, or at most some share of the original.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.SizeGoal")]
public sealed record SizeGoal : IGoalPart, IHasWord
{
    /// <summary>The word that stands for the smallest.</summary>
    public static KeyValuePair<string, object> Word => new("least", new SizeGoal { Best = true });

    /// <inheritdoc/>
    [Id(0)]
    public bool Best { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public int Bounds => AtMost is null ? 0 : 1;

    /// <summary>Of the original's.</summary>
    [Id(1)]
    [Description("Which share of the original's at most."), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double? AtMost { get; init; }
}
