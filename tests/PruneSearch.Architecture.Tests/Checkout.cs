using System.Diagnostics;

namespace PruneSearch.Architecture.Tests;

/// <summary>The files of this checkout, as git would commit them.</summary>
internal static class Checkout
{
    /// <summary>Folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Paths that git keeps or would add, relative to <see cref="Root"/> with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = List();

    /// <summary>C# files below <c>src/</c>.</summary>
    public static IEnumerable<string> Sources =>
        Files.Where(f => f.StartsWith("src/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal));

    /// <summary>Lines of one of <see cref="Files"/>.</summary>
    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    private static List<string> List()
    {
        var start = new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(start)!;
        var files = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return [.. files.Where(f => File.Exists(Path.Combine(Root, f)))]; // deleted, but not committed yet
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PruneSearch.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run within the checkout");
    }
}
