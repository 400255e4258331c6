using PruneSearch.Core.Files;

namespace PruneSearch.Data.Images;

/// <summary>Which files are pictures: by the ending of their name, in any letter case; those that <see cref="ImageDecoder"/> knows.</summary>
public static class PictureFiles
{
    /// <summary>The endings, those that are looked for first in front.</summary>
    public static IReadOnlyList<string> Endings { get; } = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif", ".jpe", ".jfif"];

    /// <summary>The endings as text for messages.</summary>
    public static string Expected { get; } = string.Join(", ", Endings);

    /// <summary>Whether a file's name ends like a picture's.</summary>
    public static bool IsPicture(string name) => Endings.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    /// <summary>The pictures in a folder and the folders in it: paths relative to it, with forward slashes, in ordinal order.</summary>
    /// <param name="folder">The folder.</param>
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
