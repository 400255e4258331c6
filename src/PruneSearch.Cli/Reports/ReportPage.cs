using PruneSearch.Client.SearchFiles;

namespace PruneSearch.Cli.Reports;

/// <summary>
/// A Markdown page of which a part is generated for each search, between two marks that carry the search's name. Whatever
/// stands outside of them is the reader's own and stays.
/// </summary>
internal static class ReportPage
{
    /// <summary>The page with a search's part in it: in the place where it stood, or at the end.</summary>
    /// <param name="page">The page as it is; <see langword="null"/> for a new one.</param>
    /// <param name="name">The search's name.</param>
    /// <param name="part">What was generated.</param>
    /// <param name="path">The page's file, for messages.</param>
    /// <exception cref="SearchFileException">One of the two marks is missing, or they stand more than once or in the wrong order.</exception>
    public static string With(string? page, string name, string part, string path)
    {
        string begin = Mark("begin", name), end = Mark("end", name), text = $"{begin}\n\n{part.Trim()}\n\n{end}";
        page ??= "# Results\n";
        int from = page.IndexOf(begin, StringComparison.Ordinal), to = page.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 && to < 0)
        {
            return $"{page.TrimEnd()}\n\n{text}\n";
        }
        return from >= 0 && to > from && page.LastIndexOf(begin, StringComparison.Ordinal) == from && page.LastIndexOf(end, StringComparison.Ordinal) == to
            ? page[..from] + text + page[(to + end.Length)..]
            : throw new SearchFileException($"{path}: the marks of the part for '{name}' do not stand there once each and in order, expected '{begin}' and " +
                $"then '{end}', or neither");
    }

    private static string Mark(string what, string name) => $"<!-- report: {what} {name} -->";
}
