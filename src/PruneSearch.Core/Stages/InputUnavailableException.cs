namespace PruneSearch.Core.Stages;

/// <summary>
/// A worker that cannot get at what a stage starts from: pictures that are neither in their folder on this machine nor in the
/// checkpoint store, weights that cannot be read. Another worker may well be able to.
/// </summary>
public sealed class InputUnavailableException : Exception
{
    /// <summary>Tells what is missing and where it was looked for, in one line.</summary>
    public InputUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Tells what is missing and where it was looked for, with the error behind it.</summary>
    public InputUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>For serializers.</summary>
    public InputUnavailableException()
    {
    }
}
