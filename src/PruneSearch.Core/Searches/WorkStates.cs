namespace PruneSearch.Core.Searches;

/// <summary>What follows from a state.</summary>
public static class WorkStates
{
    /// <summary>Whether nothing happens any more unless the user asks for it.</summary>
    public static bool IsOver(this WorkState state) =>
        state is WorkState.Completed or WorkState.CompletedWithFailures or WorkState.Failed or WorkState.Cancelled;
}
