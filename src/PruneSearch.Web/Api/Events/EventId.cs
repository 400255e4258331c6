using System.Globalization;

namespace PruneSearch.Web.Api.Events;

/// <summary>How far somebody has followed a search: the position after the last report, and whether its end was told.</summary>
/// <param name="Next">Position of the report that comes next.</param>
/// <param name="Ended">Whether the search was over then.</param>
internal readonly record struct EventId(int Next, bool Ended)
{
    private const string End = "-end";

    /// <summary>Reads one; <see langword="null"/> when it is none.</summary>
    public static EventId? Parse(string text)
    {
        bool ended = text.EndsWith(End, StringComparison.Ordinal);
        return int.TryParse(ended ? text[..^End.Length] : text, NumberStyles.None, CultureInfo.InvariantCulture, out int next) ? new(next, ended) : null;
    }

    public override string ToString() => Next.ToString(CultureInfo.InvariantCulture) + (Ended ? End : "");
}
