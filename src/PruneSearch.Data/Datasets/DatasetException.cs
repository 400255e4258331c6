namespace PruneSearch.Data.Datasets;

/// <summary>
/// A data set that cannot be used as it is: something missing, broken or contradictory. The message is one line that names
/// the file, the place in it and what was expected.
/// </summary>
public sealed class DatasetException : Exception
{
    /// <summary>Tells what is wrong and where.</summary>
    public DatasetException(string message)
        : base(OneLine(message))
    {
    }

    /// <summary>Tells what is wrong and where, with the error behind it.</summary>
    public DatasetException(string message, Exception inner)
        : base(OneLine(message), inner)
    {
    }

    /// <summary>For serializers.</summary>
    public DatasetException()
    {
    }

    // Messages quote names and parser errors that come from files: a line break or an escape sequence in them stays harmless.
    private static string OneLine(string message) =>
        string.Create(Math.Min(message.Length, 1000), message, static (span, text) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(text[i]) ? ' ' : text[i];
            }
        });
}
