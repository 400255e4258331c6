namespace PruneSearch.Core.Stages;

/// <summary>How the scores of different groups are made comparable.</summary>
public enum ScoreNormalisation
{
    /// <summary>As the criterion needs it.</summary>
    Auto,

    /// <summary>They are as they are.</summary>
    None,

    /// <summary>The mean of each group becomes 1.</summary>
    Mean,

    /// <summary>The largest of each group becomes 1.</summary>
    Max,

    /// <summary>Each group gets mean 0 and standard deviation 1.</summary>
    Gaussian,
}
