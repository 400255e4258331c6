namespace PruneSearch.Core.Detectors.Rules;

/// <summary>How class outputs become scores.</summary>
public enum ScoreFunction
{
    /// <summary>Each class on its own.</summary>
    Sigmoid,

    /// <summary>All classes with the background.</summary>
    Softmax,
}
