using System.Globalization;
using System.Text.RegularExpressions;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>What the logs of workers say about attempts.</summary>
public static partial class Outcomes
{
    /// <summary>Stages that a worker began after an attempt had been accepted as their result.</summary>
    /// <param name="folders">Folders of all workers.</param>
    public static IReadOnlyList<string> BegunAfterCompletion(IEnumerable<string> folders)
    {
        ArgumentNullException.ThrowIfNull(folders);
        var attempts = folders.SelectMany(f => Directory.EnumerateFiles(f, "host-*.log")).SelectMany(Read).ToLookup(a => a.Key);
        if (!attempts.Any(a => a.Any(e => e.What == "completed")))
        {
            throw new InvalidOperationException("The logs of the workers tell of no attempt that completed: their lines do not read as expected.");
        }
        return [.. attempts.Where(a => a.Any(e => e.What == "completed") && a.Any(e => e.What == "begins" && e.At > a.Where(c => c.What == "completed").Min(c => c.At))).Select(a => a.Key)];
    }

    /// <summary>Stages that were begun again within a time: what a fault cost.</summary>
    public static int Repeated(IEnumerable<RunLine> runs, DateTimeOffset from, DateTimeOffset to) =>
        runs.Where(r => r.What == "start").GroupBy(r => r.Key).SelectMany(g => g.OrderBy(r => r.At).Skip(1)).Count(r => r.At >= from && r.At < to);

    private static IEnumerable<(DateTimeOffset At, string Key, string What)> Read(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            if (Attempt().Match(line) is { Success: true } match)
            {
                yield return (DateTimeOffset.Parse(match.Groups["at"].ValueSpan, CultureInfo.InvariantCulture), match.Groups["key"].Value, match.Groups["what"].Value);
            }
        }
    }

    [GeneratedRegex("^(?<at>\\S+) Information .*SlotWorker: Attempt \\d+ \\(epoch \\d+\\) at stage (?<key>[0-9a-f]{64}) (ended: )?(?<what>begins|completed)$")]
    private static partial Regex Attempt();
}
