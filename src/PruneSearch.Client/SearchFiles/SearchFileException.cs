using PruneSearch.Core;

namespace PruneSearch.Client.SearchFiles;

/// <summary>A search that cannot be launched as it is described; each error is one line that says where and what was expected.</summary>
public sealed class SearchFileException : Exception
{
    /// <summary>Tells what is wrong.</summary>
    public SearchFileException(IReadOnlyList<string> errors, Exception? inner = null)
        : base(string.Join(Environment.NewLine, errors.Select(ErrorText.OneLine)), inner) => Errors = [.. errors.Select(ErrorText.OneLine)];

    /// <summary>Tells what is wrong, with the error behind it.</summary>
    public SearchFileException(string error, Exception? inner = null)
        : this([error], inner)
    {
    }

    /// <summary>One line each: <c>file:line:column: what, expected what</c>.</summary>
    public IReadOnlyList<string> Errors { get; }
}
