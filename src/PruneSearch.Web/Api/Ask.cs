using Microsoft.AspNetCore.Http;
using PruneSearch.Core.Searches;

namespace PruneSearch.Web.Api;

/// <summary>Checks what requests ask for.</summary>
internal static class Ask
{
    private const int LongestId = 200;

    /// <summary>A search's identifier: letters, digits and hyphens.</summary>
    /// <exception cref="KeyNotFoundException">It cannot be one, so there is no such search.</exception>
    public static string Id(string id) => id.Length <= LongestId && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? id
        : throw new KeyNotFoundException($"There is no search '{id[..Math.Min(id.Length, LongestId)]}', expected letters, digits and hyphens.");

    /// <summary>A number within its range.</summary>
    /// <exception cref="BadHttpRequestException">It is outside.</exception>
    public static int Within(string name, int value, int least, int most) => value >= least && value <= most ? value
        : throw new BadHttpRequestException($"{name} is {value}, expected {least} to {most}.");

    /// <summary>Size of a page.</summary>
    /// <exception cref="BadHttpRequestException">It is out of range.</exception>
    public static int Limit(int limit) => Within("limit", limit, 1, ReportPage.Largest);

    /// <summary>A position to begin at.</summary>
    /// <exception cref="BadHttpRequestException">It is negative.</exception>
    public static int After(int after) => Within("after", after, 0, int.MaxValue);
}
