using System.CommandLine;
using PruneSearch.Cli.Sessions;

namespace PruneSearch.Cli.Commands;

/// <summary>Where things stand in a home folder.</summary>
internal static class Homes
{
    /// <summary>The home where none is named.</summary>
    public const string Standard = ".prunesearch";

    /// <summary>The home that a command line names, or the standard one.</summary>
    public static string Of(ParseResult parsed) => parsed.GetValue<string>("--home") ?? Standard;

    /// <summary>Drawn data sets.</summary>
    public static string Drawn(string home) => Path.Combine(home, "drawn");

    /// <summary>Result files of a search.</summary>
    public static string Results(string home, string id) => Path.Combine(home, "searches", id);

    /// <summary>Makes the folder and checks that it can be written.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public static void RequireWritable(string home)
    {
        try
        {
            Directory.CreateDirectory(home);
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
    public static void RequireExisting(string home, string id)
    {
        if (!Directory.Exists(home))
        {
            throw new KeyNotFoundException($"There is no search '{id}': {home} does not exist.");
        }
    }

    /// <summary>Refuses an unknown search and names those there are.</summary>
    public static async Task RequireSearchAsync(ISearchSession session, string home, string id)
    {
        var all = await session.ListAsync().ConfigureAwait(false);
        if (!all.Any(s => s.Id == id))
        {
            string known = all.Count == 0 ? "it has none" : "it has " + string.Join(", ", all.TakeLast(10).Select(s => s.Id));
            throw new KeyNotFoundException($"There is no search '{id}' in {home}; {known}.");
        }
    }
}
