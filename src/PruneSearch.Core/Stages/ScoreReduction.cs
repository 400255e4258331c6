namespace PruneSearch.Core.Stages;

/// <summary>How the scores of a group's tensors become one score a channel.</summary>
public enum ScoreReduction
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>The largest.</summary>
    Max,
}
