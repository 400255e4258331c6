using PruneSearch.Client.SearchFiles;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;

namespace PruneSearch.Web.Api.Launching;

/// <summary>Launches searches from texts that were sent; one at a time is checked, because that reads all pictures.</summary>
/// <param name="settings">Says which data may be named.</param>
internal sealed class SearchLaunch(ISearchSession session, WebSettings settings) : IDisposable
{
    private const string FileName = "search.yaml";
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Checks a text and launches it.</summary>
    /// <exception cref="SearchFileException">Something is wrong with it: one line each, with its place.</exception>
    public async Task<LaunchedSearch> LaunchAsync(string text, CancellationToken cancellation)
    {
        var file = settings.DataFolders is { } folders ? SearchFileReader.ParseSent(text, FileName, folders) : SearchFileReader.Parse(text, FileName);
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var taken = (await session.ListAsync().ConfigureAwait(false)).Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
            var launcher = new SearchLauncher(settings.DrawnFolder, TimeProvider.System) { IsTaken = taken.Contains, Store = session.Checkpoints };
            var search = await Task.Run(() => launcher.Check(file, cancellation), cancellation).ConfigureAwait(false);
            await (settings.PushesDrawn && file.Settings.Data is DataSource.Shapes
                ? SearchLauncher.PublishWithPicturesAsync(search, session.Checkpoints, cancellation)
                : SearchLauncher.PublishAsync(search, session.Checkpoints, cancellation)).ConfigureAwait(false);
            await session.LaunchAsync(search.Plan).ConfigureAwait(false);
            return new LaunchedSearch(await session.SummaryAsync(search.Plan.Id).ConfigureAwait(false), search.Warnings);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}

/// <summary>The answer to a launch: the search as it stands now.</summary>
/// <param name="Warnings">What was left out or is odd about its input, one line each.</param>
internal sealed record LaunchedSearch(SearchSummary Search, IReadOnlyList<string> Warnings);
