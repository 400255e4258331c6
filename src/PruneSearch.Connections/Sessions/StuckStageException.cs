namespace PruneSearch.Connections.Sessions;

/// <summary>A stage hangs and does not let go of the slot of this process, which therefore has to end.</summary>
public sealed class StuckStageException : Exception
{
    /// <summary>Tells which stage, in one line.</summary>
    public StuckStageException(string message)
        : base(message)
    {
    }

    /// <summary>Tells which stage, with an error behind it.</summary>
    public StuckStageException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>For serializers.</summary>
    public StuckStageException()
    {
    }
}
