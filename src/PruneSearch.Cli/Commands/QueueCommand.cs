using System.CommandLine;
using PruneSearch.Cli.Following;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Grains;
using Spectre.Console;

namespace PruneSearch.Cli.Commands;

/// <summary>What waits for a slot, and what slots declined.</summary>
internal static class QueueCommand
{
    private const int KeyDigits = 12;
    private const string SlotClass = "cpu"; // of slots that nobody gave another one

    public static Command Create(CliContext context)
    {
        var limit = NumberOption.Create("--limit", "Largest number of waiting stages that are named, for each device class", 20, 0, 10_000);
        var command = new Command("queue", "Show the stages that wait for a slot, in the order in which they go, and what slots declined") { limit };
        command.SetAction((p, c) => RunAsync(context, PlaceOptions.Of(p), p.GetValue(limit), c));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, SearchPlace place, int limit, CancellationToken cancellation)
    {
        if (place.Cluster is null && !Directory.Exists(place.Home))
        {
            await context.Output.WriteLineAsync($"Nothing waits: {place.Home} does not exist.");
            return ExitCode.Ok;
        }
        await using var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        var table = new Table().Border(TableBorder.Rounded);
        foreach (string column in new[] { "class", "place", "stage", "declined by", "because" })
        {
            table.AddColumn(column);
        }
        var classes = (await session.WorkersAsync()).Select(s => s.Slot.DeviceClass).DefaultIfEmpty(SlotClass).Distinct().Order(StringComparer.Ordinal);
        var sums = new List<string>();
        foreach (string name in classes)
        {
            var queue = await session.QueueAsync(name, limit);
            var waiting = queue.First.Select((key, i) => (Key: key, Place: $"{i + 1}"));
            var declined = queue.Declined.ToDictionary(d => d.Key);
            foreach (var (key, at) in waiting.Concat(declined.Keys.Except(queue.First).Select(k => (Key: k, Place: ""))))
            {
                var (slots, reason) = declined.TryGetValue(key, out var why) ? (Count(why.Slots, "slot"), why.Reason) : ("", "");
                string[] cells = [name, at, key.ToString()[..KeyDigits], slots, reason];
                table.AddRow(cells.Select(c => new Text(c)));
            }
            sums.Add($"{name}: {Count(queue.Length, "stage")} {(queue.Length == 1 ? "waits" : "wait")}, " +
                $"{(queue.Slots is { } known ? Count(known, "slot") : "slots not heard of yet")}.");
            sums.AddRange(queue.Searches.Select(s => $"  {s.Search}: {StatusText.Of(s.Slots)}; {Count(s.Waiting, "stage")} " +
                $"{(s.Waiting == 1 ? "waits" : "wait")}, {Count(s.Running, "slot")} at work."));
        }
        if (table.Rows.Count > 0)
        {
            Consoles.For(context).Write(table);
        }
        foreach (string line in sums)
        {
            await context.Output.WriteLineAsync(line);
        }
        return ExitCode.Ok;
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
}
