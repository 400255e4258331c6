using System.Globalization;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Grains;
using Spectre.Console;

namespace PruneSearch.Cli.Commands;

/// <summary>Commands for operators: who is there, and who shall take no more work.</summary>
internal static class WorkerCommands
{
    private const int KeyDigits = 12;

    public static async Task<int> ListAsync(CliContext context, SearchPlace place, CancellationToken cancellation)
    {
        if (place.Cluster is null && !Directory.Exists(place.Home))
        {
            await context.Output.WriteLineAsync($"No workers: {place.Home} does not exist.");
            return ExitCode.Ok;
        }
        await using var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        var slots = await session.WorkersAsync();
        if (slots.Count == 0)
        {
            await context.Output.WriteLineAsync($"No worker was heard of lately in {place}.");
            return ExitCode.Ok;
        }
        var table = new Table().Border(TableBorder.Rounded);
        foreach (string column in new[] { "worker", "class", "machine", "version", "does", "since", "heard" })
        {
            table.AddColumn(column);
        }
        foreach (var s in slots)
        {
            string[] cells =
            [
                s.Slot.Worker, s.Slot.DeviceClass, Text($"{s.Slot.Machine}, process {s.Slot.Process}"), s.Slot.Version, Does(s),
                Span(context.Time.GetUtcNow() - s.Slot.Since), s.Gone ? $"gone: silent for {Span(s.Silence)}" : $"{Span(s.Silence)} ago",
            ];
            table.AddRow(cells.Select(c => new Text(c)));
        }
        Consoles.For(context).Write(table);
        int working = slots.Count(s => s is { Gone: false, Slot.Stage: not null }), there = slots.Count(s => !s.Gone);
        await context.Output.WriteLineAsync($"{there} {(there == 1 ? "slot" : "slots")}, {working} at work.");
        return ExitCode.Ok;
    }

    public static async Task<int> DrainAsync(CliContext context, SearchPlace place, string worker, bool drained, CancellationToken cancellation)
    {
        await using var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        try
        {
            await session.DrainAsync(worker, drained);
        }
        catch (KeyNotFoundException)
        {
            var names = (await session.WorkersAsync()).Select(s => s.Slot.Worker).ToList();
            throw new KeyNotFoundException($"There is no worker '{worker}' in {place}, expected one of: {(names.Count == 0 ? "none was heard of lately"
                : string.Join(", ", names))}");
        }
        await context.Output.WriteLineAsync(drained ? $"{worker} ends the stage that it has and takes no new one." : $"{worker} takes stages again.");
        return ExitCode.Ok;
    }

    private static string Does(SlotStatus s)
    {
        string drained = s.Slot.Drained ? ", drained" : "";
        if (s.Slot.Stage is not { } stage)
        {
            return s.Slot.Drained ? "drained" : "idle";
        }
        string progress = s.Slot.Progress is not { } p ? "" : p.Steps > 0 ? Text($" {p.Part} {p.Step}/{p.Steps}") : $" {p.Part}";
        return $"stage {stage.ToString()[..KeyDigits]}{progress}{(s.Slot.Progress?.Note is { } note ? $": {note}" : "")}{drained}";
    }

    private static string Span(TimeSpan span) => span.TotalHours >= 1 ? Text($"{(int)span.TotalHours} h {span.Minutes:00} min")
        : span.TotalMinutes >= 1 ? Text($"{span.Minutes} min {span.Seconds:00} s") : Text($"{Math.Max(0, span.TotalSeconds):0} s");

    private static string Text(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);
}
