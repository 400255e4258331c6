using System.Globalization;

namespace PruneSearch.Core;

/// <summary>
/// Numbers as users and files write them, read the same on every machine: digits, a sign, a decimal point, an exponent. No
/// thousands separators, because a decimal comma would be taken for one; no unit; nothing that is not finite.
/// </summary>
public static class PlainNumber
{
    /// <summary>The number; <see langword="null"/> for anything else.</summary>
    public static double? Parse(string text) => double.TryParse(
        text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double number)
        && double.IsFinite(number) ? number : null;

    /// <summary>The whole number, written without point and exponent; <see langword="null"/> for anything else.</summary>
    public static int? ParseWhole(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>What to say after "expected a number …" about a text that is none: how it went wrong, where that can be seen.</summary>
    public static string Hint(string text) => text.Contains(',', StringComparison.Ordinal) ? " with a decimal point and no other separators"
        : text.Length > 1 && char.IsAsciiDigit(text.TrimStart('-', '+', '.').FirstOrDefault()) && Parse(text) is null
        && text.Any(c => char.IsLetter(c) || c is '%') ? " without a unit"
        : "";
}
