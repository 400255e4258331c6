using System.Globalization;
using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Storage;

namespace PruneSearch.Storage.Logs;

/// <summary>
/// Entries in the order in which they came, as objects that only ever are added: each append writes one segment under a number that
/// must be new. Every so many segments are merged into one, so that opening a log of n entries reads a logarithm of n objects and each
/// entry is written a logarithm of n times. An entry may be read twice, after a crash while merging; whoever reads leaves it out.
/// </summary>
/// <param name="store">Where it lies.</param>
/// <param name="prefix">What the names of its segments begin with.</param>
/// <param name="what">What an entry is called in errors.</param>
internal sealed class SegmentedLog<T>(ICheckpointStore store, string prefix, string what)
    where T : class
{
    /// <summary>Segments of one size that are merged into one of the next.</summary>
    public const int MergeEvery = 32;

    private static readonly byte[] NewLine = "\n"u8.ToArray();
    private readonly List<Segment> _segments = [];

    private int NextNumber => _segments.Count == 0 ? 0 : _segments.Max(s => s.Last) + 1;

    /// <summary>Reads what was appended since the last time, by whomever.</summary>
    /// <exception cref="FormatException">A segment is damaged.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public async Task<IReadOnlyList<T>> CatchUpAsync(CancellationToken cancellation)
    {
        var found = new List<Segment>();
        await foreach (string name in store.ListAsync(prefix, cancellation).ConfigureAwait(false))
        {
            found.Add(Segment.Parse(name[prefix.Length..]) ?? throw new FormatException($"'{name}' is no segment of a log"));
        }
        // What is merged stands before what it was merged from, if that is still there.
        var added = found.Except(_segments).OrderBy(s => s.First).ThenByDescending(s => s.Last).ToList();
        var contents = await Task.WhenAll(added.Select(s => ReadAsync(s, cancellation))).ConfigureAwait(false);
        _segments.AddRange(added);
        return [.. contents.SelectMany(c => c)];
    }

    /// <summary>Appends entries as one segment: all of them or none.</summary>
    /// <returns>
    /// <see langword="false"/> when somebody else appended meanwhile: an older owner of the log, or an attempt of ours whose answer was lost.
    /// Nothing was written then; what they appended is read by <see cref="CatchUpAsync"/>.
    /// </returns>
    /// <exception cref="IOException">The store cannot be written.</exception>
    public async Task<bool> TryAppendAsync(IReadOnlyList<T> entries, CancellationToken cancellation)
    {
        var segment = new Segment(NextNumber, NextNumber);
        bool written = await WriteAsync(segment, entries, cancellation).ConfigureAwait(false);
        if (written)
        {
            _segments.Add(segment);
        }
        return written;
    }

    /// <summary>Merges small segments where there are enough of them.</summary>
    public async Task MergeAsync(CancellationToken cancellation)
    {
        for (int size = 1; ; size *= MergeEvery)
        {
            var same = _segments.Where(s => s.Count == size).OrderBy(s => s.First).ToList();
            if (same.Count < MergeEvery)
            {
                return;
            }
            var parts = same.Take(MergeEvery).ToList();
            if (parts[^1].Last - parts[0].First + 1 != MergeEvery * size)
            {
                return; // with a gap between them: an older owner merged some of them
            }
            var merged = new Segment(parts[0].First, parts[^1].Last);
            await store.PutAsync(prefix + merged.Name, (stream, stop) => CopyAsync(parts, stream, stop), PutCondition.IfAbsent, cancellation)
                .ConfigureAwait(false);
            // Only now: whoever reads meanwhile finds each entry at least once.
            await Task.WhenAll(parts.Select(p => store.DeleteAsync(prefix + p.Name, cancellation))).ConfigureAwait(false);
            _segments.RemoveAll(parts.Contains);
            if (!_segments.Contains(merged)) // it is there already after a crash at this point
            {
                _segments.Add(merged);
            }
        }
    }

    private Task<bool> WriteAsync(Segment segment, IReadOnlyList<T> entries, CancellationToken cancellation) =>
        store.PutAsync(prefix + segment.Name, async (stream, stop) =>
        {
            foreach (var entry in entries)
            {
                await JsonSerializer.SerializeAsync(stream, entry, CoreJson.Canonical, stop).ConfigureAwait(false);
                await stream.WriteAsync(NewLine, stop).ConfigureAwait(false);
            }
        }, PutCondition.IfAbsent, cancellation);

    // Line by line as they are: a log of a large search is tens of megabytes, which nobody need have in memory to move them.
    private async Task CopyAsync(IEnumerable<Segment> parts, Stream target, CancellationToken cancellation)
    {
        foreach (var part in parts)
        {
            var source = await store.OpenReadAsync(prefix + part.Name, cancellation).ConfigureAwait(false);
            await using (source.ConfigureAwait(false))
            {
                await source.CopyToAsync(target, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task<List<T>> ReadAsync(Segment segment, CancellationToken cancellation)
    {
        string name = prefix + segment.Name;
        using var reader = new StreamReader(await store.OpenReadAsync(name, cancellation).ConfigureAwait(false));
        var entries = new List<T>();
        for (int line = 1; await reader.ReadLineAsync(cancellation).ConfigureAwait(false) is { } text; line++)
        {
            try
            {
                entries.Add(JsonSerializer.Deserialize<T>(text, CoreJson.Canonical) ?? throw new JsonException("null"));
            }
            catch (JsonException e)
            {
                throw new FormatException($"{name}, line {line}: no {what}: {ErrorText.OneLine(e.Message)}", e);
            }
        }
        return entries;
    }

    /// <summary>Numbers of the appends in an object.</summary>
    private sealed record Segment(int First, int Last)
    {
        public int Count => Last - First + 1;

        public string Name => string.Create(CultureInfo.InvariantCulture, $"{First:D8}-{Last:D8}.jsonl");

        public static Segment? Parse(string name)
        {
            string[] parts = name.Split('-', '.');
            return parts.Length == 3 && parts[2] == "jsonl" && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
                && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int last) && first <= last
                ? new Segment(first, last)
                : null;
        }
    }
}
