namespace PruneSearch.Tests;

/// <summary>The sources that the tests were built from.</summary>
internal static class Checkout
{
    /// <summary>The folder with the solution.</summary>
    public static string Root { get; } = Find() ?? throw new DirectoryNotFoundException("the tests do not run within the checkout");

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PruneSearch.sln")))
            {
                return folder.FullName;
            }
        }
        return null;
    }
}
