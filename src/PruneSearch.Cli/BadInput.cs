using PruneSearch.Client.SearchFiles;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Cli;

/// <summary>Work whose complaints are about what the user gave it.</summary>
internal static class BadInput
{
    /// <exception cref="SearchFileException">The input is wrong: one line.</exception>
    public static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is FormatException or ArgumentException or DatasetException or IOException or UnauthorizedAccessException)
        {
            throw new SearchFileException(e.Message, e);
        }
    }
}
