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
        return [.. attempts.Where(a => a.Any(e => e.What == "completed")
            && a.Any(e => e.What == "begins" && e.At > a.Where(c => c.What == "completed").Min(c => c.At))).Select(a => a.Key)];
    }

    /// <summary>
    /// When attempts ended that were followed by another one at the same stage, whenever that began: what faults cost. One whose process
    /// died has no end: it counts when the next thing was heard of its slot.
    /// </summary>
    /// <param name="slots">What was heard of each slot, oldest first.</param>
    public static IReadOnlyList<DateTimeOffset> Repeated(IEnumerable<IReadOnlyList<RunLine>> slots)
    {
        var attempts = slots.SelectMany(lines => lines.Index().Where(l => l.Item.What == "start").Select(l => (
            l.Item.Key, l.Item.At, End: l.Index + 1 < lines.Count ? lines[l.Index + 1].At : DateTimeOffset.MaxValue)));
        return [.. attempts.GroupBy(a => a.Key).SelectMany(g => g.OrderBy(a => a.At).SkipLast(1)).Select(a => a.End)];
    }

    private static IEnumerable<(DateTimeOffset At, string Key, string What)> Read(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            if (Attempt().Match(line) is { Success: true } match)
            {
                var at = DateTimeOffset.Parse(match.Groups["at"].ValueSpan, CultureInfo.InvariantCulture);
                yield return (at, match.Groups["key"].Value, match.Groups["what"].Value);
            }
        }
    }

    [GeneratedRegex("^(?<at>\\S+) Information .*SlotWorker: Attempt \\d+ \\(epoch \\d+\\) at stage (?<key>[0-9a-f]{64}) (ended: )?(?<what>begins|completed)$")]
    private static partial Regex Attempt();
}
