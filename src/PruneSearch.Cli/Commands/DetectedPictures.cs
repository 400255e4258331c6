using PruneSearch.Data.Images;

namespace PruneSearch.Cli.Commands;

/// <summary>Which pictures are looked at, and where they are drawn.</summary>
internal static class DetectedPictures
{
    /// <summary>All pictures of the arguments, each with the file that it is drawn to.</summary>
    /// <param name="context">Told which files of folders are passed over.</param>
    /// <param name="arguments">Files, and folders whose pictures, and those of the folders in them, are taken in the order of their names.</param>
    /// <param name="folder">Where to draw them; <see langword="null"/> draws nothing.</param>
    /// <exception cref="IOException">There is no such file or picture, or a drawing would replace a picture.</exception>
    public static IReadOnlyList<(string Path, string? Drawn)> Find(CliContext context, IEnumerable<string> arguments, string? folder)
    {
        string[] pictures = [.. arguments.SelectMany(a => Expand(context, a, folder))];
        var inputs = pictures.Select(Path.GetFullPath).ToHashSet(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return [.. pictures.Select(p => (p, folder is null ? null : Drawn(p)))];

        string Drawn(string picture)
        {
            string free = PictureFiles.Drawing(Path.GetFileName(picture)), name = Path.GetFileNameWithoutExtension(free), ending = Path.GetExtension(free);
            for (int i = 2; !taken.Add(free); i++) // pictures of several folders may have one name
            {
                free = $"{name}-{i}{ending}";
            }
            string path = Path.Combine(folder, free);
            return inputs.Contains(Path.GetFullPath(path))
                ? throw new IOException($"{path}: would be replaced by its drawing, expected another folder with --out")
                : path;
        }
    }

    private static IEnumerable<string> Expand(CliContext context, string argument, string? drawn)
    {
        if (File.Exists(argument))
        {
            return [argument];
        }
        if (!Directory.Exists(argument))
        {
            throw new IOException($"{argument}: there is no such file, expected a picture or a folder of pictures");
        }
        Warnings.OtherFiles(context, argument);
        // what was drawn before is no input
        return PictureFiles.In(argument).Select(f => Path.Combine(argument, f)).Where(f => drawn is null || !LiesIn(f, drawn));
    }

    private static bool LiesIn(string file, string folder) =>
        Path.GetFullPath(file).StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
