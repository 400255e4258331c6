using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Files;

namespace PruneSearch.Cli.Reports;

/// <summary>Names of a report's files, by the name of the search.</summary>
internal sealed record ResultFiles(string Name)
{
    private const string Page = "README.md";

    public string Frontier => $"frontier-{Name}.png";

    public string Csv => $"results-{Name}.csv";

    public string Growth => $"growth-{Name}.png";

    public string Tried => $"tried-{Name}.png";

    public string Proposals => $"proposals-{Name}.csv";

    public string Levels(string? variant) => variant is null ? $"levels-{Name}.png" : $"levels-{Name}-{variant}.png";

    /// <summary>Writes the pictures, the CSV and the search's part of the page.</summary>
    /// <param name="results">What the search came to.</param>
    /// <param name="folder">The folder of the page.</param>
    /// <param name="testPictures">Pictures of the test split.</param>
    /// <param name="devices">What follows on other device classes.</param>
    /// <returns>The page's path.</returns>
    /// <exception cref="SearchFileException">The page is there, but its marks are damaged; nothing is written then.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static string Write(SearchResults results, string folder, int testPictures, string devices)
    {
        var files = new ResultFiles(results.Plan.Name);
        string path = files.PageWith(folder, ResultSection.Write(results, files, testPictures) + devices, out string text);
        Directory.CreateDirectory(folder);
        if (results.Arms.Count > 0)
        {
            var colors = new ArmColors(results);
            AtomicFile.Write(Path.Combine(folder, files.Frontier), SpeedPlot.Draw(results, colors));
            foreach (string? variant in results.Variants)
            {
                AtomicFile.Write(Path.Combine(folder, files.Levels(variant)), LevelPlot.Draw(results, variant, colors));
            }
            AtomicFile.Write(Path.Combine(folder, files.Csv), ResultsCsv.Write(results));
        }
        AtomicFile.Write(path, text);
        return path;
    }

    /// <summary>The page with the search's part in it, not yet written.</summary>
    /// <param name="folder">The folder of the page.</param>
    /// <param name="text">The page's text.</param>
    /// <returns>The page's path.</returns>
    /// <exception cref="SearchFileException">The page is there, but its marks are damaged.</exception>
    public string PageWith(string folder, string part, out string text)
    {
        string path = Path.Combine(folder, Page);
        text = ReportPage.With(File.Exists(path) ? File.ReadAllText(path) : null, Name, part, path);
        return path;
    }
}
