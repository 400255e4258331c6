namespace PruneSearch.Connections.Sessions;

/// <summary>A stage hangs and does not let go of the slot of this process, which therefore has to end.</summary>
/// <param name="message">Tells which stage, in one line.</param>
public sealed class StuckStageException(string message) : Exception(message);
