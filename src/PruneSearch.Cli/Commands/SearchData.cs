using PruneSearch.Client.SearchFiles;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;
using PruneSearch.Data.Datasets;
using PruneSearch.Stages;

namespace PruneSearch.Cli.Commands;

/// <summary>The data of a search file, for commands that work on it here: from its files, or, where it names what was pushed, from a store.</summary>
internal static class SearchData
{
    /// <summary>Reads what a search file names, from files or from the store of the searches.</summary>
    /// <param name="context">Whose clock and connections are used.</param>
    /// <param name="place">Where pushed data is.</param>
    /// <param name="read">Reads with what it is given: a launcher that finds the data, and what brings the pictures of a split to this machine.</param>
    /// <exception cref="SearchFileException">Something is wrong with the data.</exception>
    /// <exception cref="IOException">The store cannot be read, or a picture cannot be had.</exception>
    public static async Task<T> ReadAsync<T>(CliContext context, SearchPlace place, DataSource source,
        Func<SearchLauncher, Func<DetectionDataset, DetectionDataset>, T> read, CancellationToken cancellation)
    {
        string drawn = HomeFolder.Drawn(place.Home);
        if (source is not DataSource.Stored)
        {
            return await Task.Run(() => read(new SearchLauncher(drawn, context.Time), split => split), cancellation);
        }
        await using var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        var pictures = new SplitScores(session.Checkpoints, threads: 1);
        var launcher = new SearchLauncher(drawn, context.Time) { Store = session.Checkpoints };
        return await Task.Run(() => read(launcher, split => pictures.Read(split.ManifestHash, cancellation)), cancellation);
    }
}
