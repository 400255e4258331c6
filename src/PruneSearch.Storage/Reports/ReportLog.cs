using System.Globalization;
using System.Text;
using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Storage.Reports;

/// <summary>
/// The reports of a search in the order in which they came, as objects that only ever are added: each flush writes one segment
/// with all reports since the last one, under a number that must be new. Every so many segments are merged into one, so that
/// opening a log of n reports reads a logarithm of n objects and each report is written a logarithm of n times. A report that
/// stands twice counts once.
/// </summary>
public sealed class ReportLog
{
    /// <summary>Segments of one size that are merged into one of the next.</summary>
    internal const int MergeEvery = 32;

    private readonly ICheckpointStore _store;
    private readonly string _prefix;
    private readonly List<StageReport> _reports = [];
    private readonly HashSet<string> _known = [];
    private readonly List<StageReport> _pending = [];
    private readonly List<Segment> _segments = [];

    private ReportLog(ICheckpointStore store, string searchId) => (_store, _prefix) = (store, CheckpointNames.Reports(searchId));

    /// <summary>What is written, in order. Positions do not change any more.</summary>
    public IReadOnlyList<StageReport> Written => _reports;

    /// <summary>What the next flush writes.</summary>
    public int Pending => _pending.Count;

    private int NextNumber => _segments.Count == 0 ? 0 : _segments.Max(s => s.Last) + 1;

    /// <summary>Reads a log; a search that has none yet gets an empty one.</summary>
    /// <exception cref="FormatException">A segment is damaged.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static async Task<ReportLog> OpenAsync(ICheckpointStore store, string searchId, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var log = new ReportLog(store, searchId);
        await log.CatchUpAsync(cancellation).ConfigureAwait(false);
        return log;
    }

    /// <summary>Takes a report for the next flush, unless it is there already.</summary>
    /// <returns>Whether it was new.</returns>
    public bool Add(StageReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        bool isNew = _known.Add(report.Key);
        if (isNew)
        {
            _pending.Add(report);
        }
        return isNew;
    }

    /// <summary>Writes what is pending; it stays pending when that fails.</summary>
    /// <exception cref="IOException">The store cannot be written.</exception>
    public async Task FlushAsync(CancellationToken cancellation = default)
    {
        while (_pending.Count > 0)
        {
            var batch = _pending.ToArray(); // more may come while it is written
            var segment = new Segment(NextNumber, NextNumber);
            if (!await WriteAsync(segment, batch, cancellation).ConfigureAwait(false))
            {
                // Somebody else took the number: an older owner of this search, or an attempt of ours whose answer was lost.
                await CatchUpAsync(cancellation).ConfigureAwait(false);
                continue;
            }
            _segments.Add(segment);
            _pending.RemoveRange(0, batch.Length);
            _reports.AddRange(batch);
        }
        await MergeAsync(cancellation).ConfigureAwait(false);
    }

    private async Task CatchUpAsync(CancellationToken cancellation)
    {
        var found = new List<Segment>();
        await foreach (string name in _store.ListAsync(_prefix, cancellation).ConfigureAwait(false))
        {
            found.Add(Segment.Parse(name[_prefix.Length..]) ?? throw new FormatException($"'{name}' is no segment of a report log"));
        }
        // What is merged stands before what it was merged from, if that is still there.
        var added = found.Except(_segments).OrderBy(s => s.First).ThenByDescending(s => s.Last).ToList();
        var contents = await Task.WhenAll(added.Select(s => ReadAsync(s, cancellation))).ConfigureAwait(false);
        foreach (var (segment, reports) in added.Zip(contents))
        {
            foreach (var report in reports)
            {
                if (_known.Add(report.Key) || _pending.RemoveAll(p => p.Key == report.Key) > 0)
                {
                    _reports.Add(report);
                }
            }
            _segments.Add(segment);
        }
    }

    private async Task MergeAsync(CancellationToken cancellation)
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
            var reports = await Task.WhenAll(parts.Select(p => ReadAsync(p, cancellation))).ConfigureAwait(false);
            await WriteAsync(merged, [.. reports.SelectMany(r => r)], cancellation).ConfigureAwait(false);
            // Only now: whoever reads meanwhile finds each report at least once.
            await Task.WhenAll(parts.Select(p => _store.DeleteAsync(_prefix + p.Name, cancellation))).ConfigureAwait(false);
            _segments.RemoveAll(parts.Contains);
            if (!_segments.Contains(merged)) // it is there already after a crash at this point
            {
                _segments.Add(merged);
            }
        }
    }

    private Task<bool> WriteAsync(Segment segment, IReadOnlyList<StageReport> reports, CancellationToken cancellation)
    {
        byte[] lines = Encoding.UTF8.GetBytes(string.Concat(reports.Select(r => JsonSerializer.Serialize(r, CoreJson.Canonical) + "\n")));
        return _store.PutAsync(_prefix + segment.Name, (stream, stop) => stream.WriteAsync(lines, stop).AsTask(), PutCondition.IfAbsent, cancellation);
    }

    private async Task<List<StageReport>> ReadAsync(Segment segment, CancellationToken cancellation)
    {
        string name = _prefix + segment.Name;
        using var reader = new StreamReader(await _store.OpenReadAsync(name, cancellation).ConfigureAwait(false));
        var reports = new List<StageReport>();
        for (int line = 1; await reader.ReadLineAsync(cancellation).ConfigureAwait(false) is { } text; line++)
        {
            try
            {
                reports.Add(JsonSerializer.Deserialize<StageReport>(text, CoreJson.Canonical) ?? throw new JsonException("null"));
            }
            catch (JsonException e)
            {
                throw new FormatException($"{name}, line {line}: no stage report: {e.Message}", e);
            }
        }
        return reports;
    }

    /// <summary>Numbers of the flushes in an object.</summary>
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
