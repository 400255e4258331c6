using PruneSearch.Connections.Configuration;
using PruneSearch.Connections.Sessions;

namespace PruneSearch.Cli.Commands;

/// <summary>Where things stand in a home folder.</summary>
internal static class HomeFolder
{
    public static string Drawn(string home) => Path.Combine(home, "drawn");

    public static string Results(string home, string id) => Path.Combine(home, "searches", id);

    /// <summary>Makes the folder and checks that it can be written.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public static void RequireWritable(string home)
    {
        try
        {
            OwnerOnly.MakeFolder(home);
            string probe = Path.Combine(home, ".probe-" + Guid.NewGuid().ToString("N"));
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{home}: is not writable, expected a folder for searches: {e.Message}", e);
        }
    }

    /// <summary>Refuses an unknown search without making a home for it.</summary>
    public static void RequireExisting(SearchPlace place, string id)
    {
        if (place.Cluster is null && !Directory.Exists(place.Home))
        {
            throw new KeyNotFoundException($"There is no search '{id}': {place.Home} does not exist.");
        }
    }

    /// <summary>Refuses an unknown search and names those there are.</summary>
    public static async Task RequireSearchAsync(ISearchSession session, SearchPlace place, string id)
    {
        var all = await session.ListAsync();
        if (!all.Any(s => s.Id == id))
        {
            string known = all.Count == 0 ? "it has none" : "it has " + string.Join(", ", all.TakeLast(10).Select(s => s.Id));
            throw new KeyNotFoundException($"There is no search '{id}' in {place}; {known}.");
        }
    }
}
