using PruneSearch.Core;
using PruneSearch.Core.Files;
using PruneSearch.Data.Images;

namespace PruneSearch.Cli.Commands;

/// <summary>Things that were no reason to stop.</summary>
internal static class Warnings
{
    private const int Shown = 20, Named = 3;

    /// <summary>Shows the first ones on the error output, and how many more there are.</summary>
    public static void Write(CliContext context, IReadOnlyList<string> warnings)
    {
        foreach (string warning in warnings.Take(Shown))
        {
            context.Error.WriteLine($"warning: {ErrorText.OneLine(warning)}");
        }
        if (warnings.Count > Shown)
        {
            context.Error.WriteLine($"warning: and {warnings.Count - Shown} more");
        }
    }

    /// <summary>Says which files of a folder are passed over because their ending is no picture's.</summary>
    public static void OtherFiles(CliContext context, string folder)
    {
        string[] others = [.. FileTree.Of(folder).Where(f => !PictureFiles.IsPicture(f))];
        if (others.Length > 0)
        {
            Write(context, [$"{others.Length} {(others.Length == 1 ? "file" : "files")} in {folder} passed over (first: " +
                $"{string.Join(", ", others.Take(Named))}), expected files that end in {PictureFiles.Expected}"]);
        }
    }
}
