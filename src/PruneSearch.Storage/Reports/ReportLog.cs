using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Storage.Logs;

namespace PruneSearch.Storage.Reports;

/// <summary>The reports of a search in the order in which they came. A report that stands twice counts once.</summary>
public sealed class ReportLog
{
    /// <summary>Segments of one size that are merged into one of the next.</summary>
    internal const int MergeEvery = SegmentedLog<StageReport>.MergeEvery;

    private readonly SegmentedLog<StageReport> _log;
    private readonly List<StageReport> _reports = [];
    private readonly HashSet<StageKey> _known = [];
    private readonly List<StageReport> _pending = [];

    private ReportLog(ICheckpointStore store, string prefix) => _log = new(store, prefix, "stage report");

    /// <summary>What is written, in order. Positions do not change any more.</summary>
    public IReadOnlyList<StageReport> Written => _reports;

    /// <summary>What the next flush writes.</summary>
    public int Pending => _pending.Count;

    /// <summary>Reads a log; a search that has none yet gets an empty one.</summary>
    /// <exception cref="FormatException">A segment is damaged.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static Task<ReportLog> OpenAsync(ICheckpointStore store, string searchId, CancellationToken cancellation = default) =>
        ReadAsync(store, CheckpointNames.Reports(searchId), cancellation);

    /// <summary>Reads the log of what was measured on other device classes than the search's own.</summary>
    /// <exception cref="FormatException">A segment is damaged.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static Task<ReportLog> OpenMeasuredAsync(ICheckpointStore store, string searchId, CancellationToken cancellation = default) =>
        ReadAsync(store, CheckpointNames.Measured(searchId), cancellation);

    private static async Task<ReportLog> ReadAsync(ICheckpointStore store, string prefix, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        var log = new ReportLog(store, prefix);
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
            if (await _log.TryAppendAsync(batch, cancellation).ConfigureAwait(false))
            {
                _pending.RemoveRange(0, batch.Length);
                _reports.AddRange(batch);
            }
            else
            {
                await CatchUpAsync(cancellation).ConfigureAwait(false);
            }
        }
        await _log.MergeAsync(cancellation).ConfigureAwait(false);
    }

    private async Task CatchUpAsync(CancellationToken cancellation)
    {
        foreach (var report in await _log.CatchUpAsync(cancellation).ConfigureAwait(false))
        {
            if (_known.Add(report.Key) || _pending.RemoveAll(p => p.Key == report.Key) > 0)
            {
                _reports.Add(report);
            }
        }
    }
}
