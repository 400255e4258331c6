using PruneSearch.Core;

namespace PruneSearch.Client.SearchFiles;

/// <summary>A search that cannot be launched as it is described; each error is one line that says where and what was expected.</summary>
public sealed class SearchFileException : Exception
{
    /// <summary>Tells what is wrong.</summary>
    public SearchFileException(IReadOnlyList<string> errors)
        : base(string.Join(Environment.NewLine, errors.Select(ErrorText.OneLine))) => Errors = [.. errors.Select(ErrorText.OneLine)];

    /// <summary>Tells what is wrong.</summary>
    public SearchFileException(string error)
        : this([error])
    {
    }

    /// <summary>Tells what is wrong, with the error behind it.</summary>
    public SearchFileException(string error, Exception inner)
        : base(ErrorText.OneLine(error), inner) => Errors = [ErrorText.OneLine(error)];

    /// <summary>For serializers.</summary>
    public SearchFileException()
    {
    }

    /// <summary>One line each: <c>file:line:column: what, expected what</c>.</summary>
    public IReadOnlyList<string> Errors { get; } = [];
}
