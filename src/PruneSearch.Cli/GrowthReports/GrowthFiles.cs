using PruneSearch.Cli.Frontiers;
using PruneSearch.Cli.Reports;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Files;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cli.GrowthReports;

/// <summary>The files of the report of a search that decided itself what to try.</summary>
internal static class GrowthFiles
{
    /// <summary>Writes the pictures, the CSVs and the search's part of the page.</summary>
    /// <param name="results">What all its trajectories came to, on the validation split.</param>
    /// <param name="test">Figures on the test split by stage; <see langword="null"/> for a search without one.</param>
    /// <param name="folder">The folder of the page.</param>
    /// <param name="devices">What follows on other device classes.</param>
    /// <returns>The page's path.</returns>
    /// <exception cref="SearchFileException">The page is there, but its marks are damaged; nothing is written then.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static string Write(GrownSearch search, SearchResults results, IReadOnlyDictionary<StageKey, SplitScore>? test, string folder, string devices)
    {
        var files = new ResultFiles(search.Plan.Name);
        string path = files.PageWith(folder, GrowthSection.Write(search, results, test, files) + devices, out string text);
        Directory.CreateDirectory(folder);
        if (search.Results.Trials.Any(t => t.Results.Count > 0))
        {
            AtomicFile.Write(Path.Combine(folder, files.Frontier), FrontierPlot.Draw(search.View));
            AtomicFile.Write(Path.Combine(folder, files.Tried), ParallelPlot.Draw(search.Results));
            double spent = search.Status.Growth?.Spent.Seconds ?? 0;
            AtomicFile.Write(Path.Combine(folder, files.Growth), VolumePlot.Draw(search.Plan.Name, search.Results.Curve, spent));
            AtomicFile.Write(Path.Combine(folder, files.Proposals), ProposalsCsv.Write(search.Results));
            AtomicFile.Write(Path.Combine(folder, files.Csv), ResultsCsv.Write(results));
        }
        AtomicFile.Write(path, text);
        return path;
    }
}
