using PruneSearch.Core.Files;

namespace PruneSearch.Data.Images;

/// <summary>Which files are pictures: by the ending of their name, in any letter case; those that <see cref="ImageDecoder"/> knows.</summary>
public static class PictureFiles
{
    private static readonly (string Ending, PictureFormat Format)[] Known =
    [
        (".jpg", PictureFormat.Jpeg), (".jpeg", PictureFormat.Jpeg), (".png", PictureFormat.Png), (".bmp", PictureFormat.Bmp),
        (".webp", PictureFormat.WebP), (".gif", PictureFormat.Gif), (".jpe", PictureFormat.Jpeg), (".jfif", PictureFormat.Jpeg),
    ];

    /// <summary>The endings, those that are looked for first in front.</summary>
    public static IReadOnlyList<string> Endings { get; } = [.. Known.Select(k => k.Ending)];

    /// <summary>The endings as text for messages.</summary>
    public static string Expected { get; } = string.Join(", ", Endings);

    /// <summary>The endings of files that drawings are written to, as text for messages.</summary>
    internal static string Drawable { get; } = string.Join(", ", Endings.Where(e => Format(e)?.Encoder is not null));

    /// <summary>Whether a file's name ends like a picture's.</summary>
    public static bool IsPicture(string name) => Format(name) is not null;

    /// <summary>The name of the drawing of a picture: with its own ending where drawings are written in its format, otherwise as PNG.</summary>
    public static string Drawing(string name) => Format(name)?.Encoder is not null ? name : Path.ChangeExtension(name, ".png");

    /// <summary>The format that a file's name tells; <see langword="null"/> where it does not end like a picture's.</summary>
    internal static PictureFormat? Format(string name) =>
        Known.FirstOrDefault(k => k.Ending.Equals(Path.GetExtension(name), StringComparison.OrdinalIgnoreCase)).Format;

    /// <summary>The pictures in a folder and the folders in it: paths relative to it, with forward slashes, in ordinal order.</summary>
    /// <exception cref="IOException">The folder is missing or has no pictures, or a folder in it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder cannot be read.</exception>
    public static IReadOnlyList<string> In(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"{folder}: {(File.Exists(folder) ? "is a file" : "does not exist")}, expected a folder with pictures");
        }
        string[] pictures = [.. FileTree.Of(folder).Where(IsPicture)];
        return pictures.Length > 0 ? pictures : throw new IOException($"{folder}: has no pictures, expected files that end in {Expected}");
    }
}
