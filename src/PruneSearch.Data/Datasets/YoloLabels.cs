using System.Globalization;
using PruneSearch.Core;
using PruneSearch.Core.Files;

namespace PruneSearch.Data.Datasets;

/// <summary>A label file of the YOLO models: a line an object, <c>class centre-x centre-y width height</c> in fractions of the picture.</summary>
internal static class YoloLabels
{
    private const int MaxBytes = 16 << 20, Numbers = 4;

    /// <summary>Reads a file; an empty one has no objects.</summary>
    /// <exception cref="DatasetException">A line is not of that form, or its class is unknown.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static List<Label> Read(string file, IReadOnlyList<string> names)
    {
        if (!TextFile.TryDecode(RegularFile.ReadAllBytes(file, MaxBytes), out string? text))
        {
            throw new DatasetException($"{file}: is no text, expected lines with a class index and four numbers");
        }
        var labels = new List<Label>();
        int line = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            line++;
            string[] parts = text[range].Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0)
            {
                continue;
            }
            string where = $"{file}: line {line}";
            if (parts.Length != Numbers + 1)
            {
                throw new DatasetException($"{where}: '{Short(text[range])}' has {parts.Length} {(parts.Length == 1 ? "value" : "values")}, expected a class " +
                    "index and four numbers");
            }
            labels.Add(new Label(Class(parts[0], names, where), Fraction(parts[1], where), Fraction(parts[2], where), Fraction(parts[3], where),
                Fraction(parts[4], where), where));
        }
        return labels;
    }

    // Some tools write 3 as 3.0.
    private static string Class(string text, IReadOnlyList<string> names, string where)
    {
        if (PlainNumber.Parse(text) is not { } index || index != Math.Floor(index))
        {
            throw new DatasetException($"{where}: class is '{Short(text)}', expected a whole number from 0 to {names.Count - 1}");
        }
        return index >= 0 && index < names.Count ? names[(int)index]
            : throw new DatasetException(string.Create(CultureInfo.InvariantCulture, $"{where}: unknown class {index}, expected 0 to {names.Count - 1}"));
    }

    private static double Fraction(string text, string where) => PlainNumber.Parse(text)
        ?? throw new DatasetException($"{where}: '{Short(text)}', expected a " +
            $"number{(text.Contains(',', StringComparison.Ordinal) ? " with a decimal point and blanks between numbers" : "")}");

    private static string Short(string text) => text.Length > 80 ? text[..80] + "…" : text.Trim();

    /// <summary>One object; lengths are shares of the picture.</summary>
    internal sealed record Label(string Class, double CenterX, double CenterY, double Width, double Height, string Where)
    {
        public StatedObject In(int width, int height) =>
            new(Class, new PixelBox((CenterX - Width / 2) * width, (CenterY - Height / 2) * height, Width * width, Height * height), Where);
    }
}
