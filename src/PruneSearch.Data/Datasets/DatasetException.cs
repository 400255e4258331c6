using PruneSearch.Core;

namespace PruneSearch.Data.Datasets;

/// <summary>
/// A data set that cannot be used as it is: something missing, broken or contradictory. The message is one line that names
/// the file, the place in it and what was expected.
/// </summary>
public sealed class DatasetException : Exception
{
    /// <summary>Tells what is wrong and where.</summary>
    public DatasetException(string message)
        : base(ErrorText.OneLine(message))
    {
    }

    /// <summary>Tells what is wrong and where, with the error behind it.</summary>
    public DatasetException(string message, Exception inner)
        : base(ErrorText.OneLine(message), inner)
    {
    }

    /// <summary>For serializers.</summary>
    public DatasetException()
    {
    }
}
