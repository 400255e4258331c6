using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Frontiers;

/// <summary>A figure of a report that a frontier weighs.</summary>
public enum Objective
{
    /// <summary>mAP at IoU 0.5: larger is better.</summary>
    Map50,

    /// <summary>COCO mAP: larger is better.</summary>
    Map,

    /// <summary>Latency relative to the dense model measured beside it: smaller is better.</summary>
    Latency,

    /// <summary>Multiply-accumulate operations: smaller is better.</summary>
    Macs,

    /// <summary>Trainable values: smaller is better.</summary>
    Parameters,

    /// <summary>Bytes of the exported model: smaller is better.</summary>
    FileSize,
}

/// <summary>What objectives are called, and what they are in reports.</summary>
public static class ObjectiveValues
{
    /// <summary>What people call it: <c>mAP50</c>, <c>speed-up</c>, <c>file size</c>.</summary>
    public static string Title(this Objective objective) => objective switch
    {
        Objective.Map50 => "mAP50",
        Objective.Map => "mAP",
        Objective.Latency => "speed-up",
        Objective.Macs => "MACs",
        Objective.Parameters => "parameters",
        Objective.FileSize => "file size",
        _ => throw new ArgumentOutOfRangeException(nameof(objective), objective, "unknown objective"),
    };

    /// <summary>The value as a cost: smaller is always better.</summary>
    public static double Cost(this Objective objective, StageReport report) => objective switch
    {
        Objective.Map50 => -report.Map50,
        Objective.Map => -report.Map,
        Objective.Latency => 1.0 / report.Latency.SpeedUp,
        Objective.Macs => report.Macs,
        Objective.Parameters => report.Parameters,
        Objective.FileSize => report.ModelBytes,
        _ => throw new ArgumentOutOfRangeException(nameof(objective), objective, "unknown objective"),
    };
}
