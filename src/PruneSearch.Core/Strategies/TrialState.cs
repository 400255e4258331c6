namespace PruneSearch.Core.Strategies;

/// <summary>How far a trial is.</summary>
public enum TrialState
{
    /// <summary>Waiting or at work; rungs that it passed may have results already.</summary>
    Running,

    /// <summary>All its rungs have results.</summary>
    Completed,

    /// <summary>It ended without the results that it was to give.</summary>
    Failed,
}
