using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Files;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Workers;

/// <summary>
/// Notes on disk which stage a slot works on. A process that finds a note of the one before it knows that it died within that
/// stage (killed, out of memory, a native fault), and has its last words: the end of its log.
/// </summary>
internal sealed class SlotJournal
{
    private const int LastLines = 20;
    private readonly string _path;

    /// <summary>Opens the journal of a slot. Only one process may have the folder at a time.</summary>
    public SlotJournal(string folder, string slot)
    {
        Directory.CreateDirectory(folder);
        _path = Path.Combine(folder, $"slot-{string.Concat(slot.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'))}.json");
        Predecessor = Read(folder);
    }

    /// <summary>What the process before this one died of; <see langword="null"/> when it ended in good order.</summary>
    public Death? Predecessor { get; }

    public void Begin(StageLease lease) =>
        Write(JsonSerializer.Serialize(new Note(lease.Key, lease.Epoch, Environment.ProcessId, lease.Worker, lease.Secret), CoreJson.Readable));

    public void End()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then the next process tells of a death that was none; its epoch is old, and nobody listens.
        }
    }

    private void Write(string text)
    {
        try
        {
            AtomicFile.Write(_path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            End(); // a full disk costs the last words, not the stage
        }
    }

    private Death? Read(string folder)
    {
        try
        {
            var note = JsonSerializer.Deserialize<Note>(File.ReadAllText(_path), CoreJson.Readable);
            string? log = Directory.EnumerateFiles(folder, "host-*.log").Order(StringComparer.Ordinal).LastOrDefault();
            return note is null ? null : new Death(note.Key, new LeaseTicket(note.Epoch, note.Worker ?? "", note.Secret),
                string.Join('\n', [$"process {note.ProcessId} ended without a word; the end of its log:", .. log is null ? [] : Last(log, note.ProcessId)]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static Queue<string> Last(string log, int processId)
    {
        using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var lines = new Queue<string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Contains($" {processId} ", StringComparison.Ordinal))
            {
                lines.Enqueue(line);
                if (lines.Count > LastLines)
                {
                    lines.Dequeue();
                }
            }
        }
        return lines;
    }

    /// <summary>What a process died in.</summary>
    public sealed record Death(string Key, LeaseTicket Ticket, string LastWords);

    private sealed record Note(string Key, long Epoch, int ProcessId, string? Worker, Guid Secret);
}
