namespace PruneSearch.Client.SearchFiles;

/// <summary>A search that cannot be launched as it is described; each error is one line that says where and what was expected.</summary>
public sealed class SearchFileException : Exception
{
    /// <summary>Tells what is wrong.</summary>
    public SearchFileException(IReadOnlyList<string> errors)
        : base(string.Join(Environment.NewLine, errors.Select(OneLine))) => Errors = [.. errors.Select(OneLine)];

    /// <summary>Tells what is wrong.</summary>
    public SearchFileException(string error)
        : this([error])
    {
    }

    /// <summary>Tells what is wrong, with the error behind it.</summary>
    public SearchFileException(string error, Exception inner)
        : base(OneLine(error), inner) => Errors = [OneLine(error)];

    /// <summary>For serializers.</summary>
    public SearchFileException()
    {
    }

    /// <summary>One line each: <c>file:line:column: what, expected what</c>.</summary>
    public IReadOnlyList<string> Errors { get; } = [];

    // Messages quote text from files: a line break or an escape sequence in them stays harmless.
    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
