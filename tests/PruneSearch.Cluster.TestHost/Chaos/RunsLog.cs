using System.Globalization;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>A line of a silo's log of stages.</summary>
/// <param name="What">start, done or stop.</param>
/// <param name="Key">The stage.</param>
/// <param name="Epoch">The lease.</param>
/// <param name="ProcessId">The process.</param>
/// <param name="At">When.</param>
public sealed record RunLine(string What, string Key, long Epoch, int ProcessId, DateTimeOffset At)
{
    /// <summary>All lines so far; a last one that is still being written is left out.</summary>
    public static IReadOnlyList<RunLine> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        string text = reader.ReadToEnd();
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    private static RunLine Parse(string line)
    {
        string[] parts = line.Split(' ');
        return new RunLine(parts[0], parts[1], Number(parts[2]), (int)Number(parts[3]), DateTimeOffset.FromUnixTimeMilliseconds(Number(parts[4])));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
