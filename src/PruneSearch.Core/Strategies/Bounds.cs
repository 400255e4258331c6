using System.Globalization;

namespace PruneSearch.Core.Strategies;

/// <summary>Checks the bounds of a number.</summary>
internal static class Bounds
{
    /// <summary>What is wrong with them; <see langword="null"/> for nothing.</summary>
    public static string? Complaint(double from, double to, bool log) =>
        !double.IsFinite(from) || !double.IsFinite(to) ? Text($"from {from} to {to}: expected finite numbers")
        : from >= to ? Text($"from {from} to {to}: expected the smaller number first, and two different ones")
        : log && from <= 0 ? Text($"a logarithmic scale from {from}: expected a number above 0")
        : null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
