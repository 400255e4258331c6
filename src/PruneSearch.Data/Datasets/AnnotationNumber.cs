using System.Globalization;

namespace PruneSearch.Data.Datasets;

/// <summary>Numbers in annotation files, whatever language the machine speaks.</summary>
internal static class AnnotationNumber
{
    /// <summary>A finite number: a decimal point, no thousands separators, no unit; <see langword="null"/> for anything else.</summary>
    public static double? Parse(string text) => double.TryParse(
        text.Trim(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double number)
        && double.IsFinite(number) ? number : null;
}
