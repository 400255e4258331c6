namespace PruneSearch.Core.Searches;

/// <summary>State of a search, a trajectory or a stage.</summary>
public enum WorkState
{
    /// <summary>Not started.</summary>
    Waiting,

    /// <summary>At work.</summary>
    Running,

    /// <summary>Finished.</summary>
    Completed,

    /// <summary>Ended with a reason; what others need goes on.</summary>
    Failed,

    /// <summary>Stopped by the user.</summary>
    Cancelled,

    /// <summary>Finished, but a part of it failed. Only of a search.</summary>
    CompletedWithFailures,
}
