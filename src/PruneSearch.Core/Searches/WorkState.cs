namespace PruneSearch.Core.Searches;

/// <summary>State of a search, a trajectory or a stage.</summary>
public enum WorkState
{
    /// <summary>Not started, or waiting for something else to finish.</summary>
    Waiting,

    /// <summary>Something is done for it, or will be as soon as a slot is free.</summary>
    Running,

    /// <summary>All of it finished.</summary>
    Completed,

    /// <summary>Ended with a reason; what others need goes on.</summary>
    Failed,

    /// <summary>Stopped by the user.</summary>
    Cancelled,

    /// <summary>Finished, but a part of it failed. Only of a search.</summary>
    CompletedWithFailures,
}
