using PruneSearch.Cluster.Dispatching;
using PruneSearch.Cluster.Stages;
using PruneSearch.Cluster.Trajectories;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Storage.Reports;

namespace PruneSearch.Cluster.Measuring;

/// <summary>
/// What a search measures besides on other device classes: every model once on each, when its stage has finished. Nothing waits for it but the end of
/// the search. The figures stand in a log of their own.
/// </summary>
internal sealed class SearchMeasurements
{
    private const int LooksAtOnce = 32;

    private readonly SearchPlan _plan;
    private readonly ICheckpointStore _store;
    private readonly TrajectoryClient _client;
    private readonly ReportLog? _log;
    private readonly List<Measurement> _all = [];
    private readonly Dictionary<string, Measurement> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<StageKey, Measurement> _byKey = [];
    private readonly Dictionary<StageKey, StageReport> _written = [];
    private readonly Dictionary<string, QueueReasons> _queues = new(StringComparer.Ordinal);
    private readonly Queue<Measurement> _new = [];
    private PollSchedule _schedule;

    private SearchMeasurements(SearchPlan plan, ICheckpointStore store, TrajectoryClient client, ReportLog? log)
    {
        (_plan, _store, _client, _log) = (plan, store, client, log);
        _schedule = new PollSchedule([], IsOpen, retryFailed: false);
        foreach (var report in log?.Written ?? [])
        {
            _written[report.Key] = report;
        }
    }

    /// <summary>Whether models are trained that wait for a figure.</summary>
    public bool HasOpen => _all.Any(m => m.IsOpen);

    /// <summary>Those that failed for good.</summary>
    public IEnumerable<Measurement> Failed => _all.Where(m => m.Failure is not null);

    /// <summary>Measurements in all, as far as their models are there.</summary>
    public int Count => _all.Count;

    /// <summary>Reads what was measured for a search.</summary>
    /// <exception cref="FormatException">The log is damaged.</exception>
    public static async Task<SearchMeasurements> OpenAsync(ICheckpointStore store, SearchPlan plan, TrajectoryClient client) =>
        new(plan, store, client, plan.MeasureOn.Count == 0 ? null : await ReportLog.OpenMeasuredAsync(store, plan.Id));

    /// <summary>A stage finished: its model is to be measured.</summary>
    public void Add(StageKey model, StageDescription stage)
    {
        foreach (var measurement in _plan.MeasureOn.Select(on => new Measurement(model, stage.Measured(model, on))))
        {
            if (_byName.TryAdd(measurement.Name, measurement))
            {
                measurement.Report = _written.GetValueOrDefault(measurement.Key);
                _byKey.Add(measurement.Key, measurement);
                _all.Add(measurement);
                _new.Enqueue(measurement);
            }
        }
    }

    /// <summary>
    /// Looks in the store for those that have no figure: they may have been handed in while nobody was at work on the search, or have come between the
    /// last flush and a crash.
    /// </summary>
    public async Task LookAsync()
    {
        foreach (var batch in _all.Where(m => m.IsOpen).ToList().Chunk(LooksAtOnce))
        {
            await Task.WhenAll(batch.Select(m => ReadReportAsync(m.Key)));
        }
        await FlushAsync();
    }

    /// <summary>A measurement by its name; <see langword="null"/> when there is none.</summary>
    public Measurement? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>What a measurement is to do; <see langword="null"/> when there is none of that name.</summary>
    public TrajectoryOrder? Order(string name, string? traceParent) =>
        Find(name) is { } known ? new TrajectoryOrder(known.DeviceClass, known.Plan, traceParent) : null;

    /// <summary>All that are open are to be started anew.</summary>
    /// <param name="retryFailed">Whether those that failed are tried again.</param>
    /// <param name="failure">Why one of a name failed, where it is to stay so.</param>
    public void Restart(bool retryFailed, Func<string, string?> failure)
    {
        foreach (var measurement in _all)
        {
            measurement.Failure = measurement.Report is null ? failure(measurement.Name) : null;
            measurement.IsRunning = false;
        }
        _new.Clear();
        _schedule = new PollSchedule(_all.Select(m => m.Plan), IsOpen, retryFailed);
    }

    /// <summary>Asks those whose turn it is how they stand, and the queues why they wait.</summary>
    /// <param name="slots">What the search shall get of the slots.</param>
    /// <param name="failed">Told when one failed for good.</param>
    /// <param name="time">Measures how long that takes.</param>
    /// <returns>Whether it came to all that are to be started: otherwise it should go on soon.</returns>
    public async Task<bool> PollAsync(SlotSettings slots, Action<Measurement, TrajectoryNews> failed, TimeProvider time)
    {
        while (_new.TryDequeue(out var fresh))
        {
            _schedule.Add(fresh.Plan);
        }
        bool isWhole = await _schedule.AskAsync([.. _all.Where(m => m.IsRunning).Select(m => m.Plan)], poll => AskAsync(poll, failed), time);
        foreach (string on in _all.Where(m => m.IsOpen).Select(m => m.DeviceClass).Distinct().ToList())
        {
            _queues[on] = await _client.LookAtQueueAsync(on, slots);
        }
        return isWhole;
    }

    /// <summary>One may have failed: it is asked.</summary>
    public Task AskAsync(string name, Action<Measurement, TrajectoryNews> failed) =>
        Find(name) is { IsOpen: true } known ? AskAsync(new PollSchedule.Poll(known.Plan, IsFirst: false), failed) : Task.CompletedTask;

    /// <summary>One may be done: its report is read from the store.</summary>
    /// <returns>Whether that was new.</returns>
    public async Task<bool> ReadReportAsync(StageKey key)
    {
        if (!_byKey.TryGetValue(key, out var measurement) || measurement.Report is not null || await _store.TryReadReportAsync(key) is not { } report)
        {
            return false;
        }
        Complete(measurement, report);
        return true;
    }

    /// <summary>Writes what came since the last time.</summary>
    public Task FlushAsync() => _log?.FlushAsync() ?? Task.CompletedTask;

    /// <summary>Stops all that are open.</summary>
    public Task CancelAsync() => Task.WhenAll(_all.Where(m => m.IsOpen).ToList().Select(m => _client.CancelAsync(m.Plan, [m.Key])));

    /// <summary>How far it is, one a device class.</summary>
    public IReadOnlyList<MeasuringStatus> Status() => [.. _plan.MeasureOn.Select(Status)];

    /// <summary>Written figures from a position on.</summary>
    public FigurePage Page(int after, int limit, WorkState state)
    {
        var written = _log?.Written ?? [];
        int from = Math.Clamp(after, 0, written.Count), to = Math.Min(from + Math.Max(limit, 1), written.Count);
        return new FigurePage([.. Enumerable.Range(from, to - from).Select(i => written[i]).Where(r => _byKey.ContainsKey(r.Key)).Select(Figure)],
            to, written.Count, state);
    }

    private DeviceFigure Figure(StageReport report) => new()
    {
        Model = _byKey[report.Key].Model,
        DeviceClass = _byKey[report.Key].DeviceClass,
        Latency = report.Latency,
        Quantised = report.Quantised?.Latency,
    };

    private MeasuringStatus Status(string deviceClass)
    {
        var own = _all.Where(m => m.DeviceClass == deviceClass).ToList();
        var queue = _queues.GetValueOrDefault(deviceClass);
        string? waits = own.FirstOrDefault(m => m is { IsOpen: true, IsRunning: false }) is { } first && queue is not null ? queue.Of(first.Key).Text : null;
        return new MeasuringStatus(deviceClass, own.Count(m => m.Report is not null), own.Count(m => m.Failure is not null), own.Count(m => m.IsOpen),
            queue?.Slots, waits ?? own.LastOrDefault(m => m.Failure is not null)?.Failure);
    }

    private async Task AskAsync(PollSchedule.Poll poll, Action<Measurement, TrajectoryNews> failed)
    {
        var measurement = _byName[poll.Plan.Name];
        if (await _client.AskAsync(_schedule, poll, known: 0) is not { } news || !measurement.IsOpen)
        {
            return;
        }
        measurement.IsRunning = news.Progress is not null;
        if (news.Reports.Count > 0)
        {
            Complete(measurement, news.Reports[0]);
        }
        else if (news.State == WorkState.Failed)
        {
            (measurement.Failure, measurement.IsRunning) = (news.Reason ?? "unknown", false);
            failed(measurement, news);
        }
    }

    private void Complete(Measurement measurement, StageReport report)
    {
        (measurement.Report, measurement.Failure, measurement.IsRunning) = (report, null, false);
        _log?.Add(report);
    }

    private bool IsOpen(TrajectoryPlan plan) => _byName.TryGetValue(plan.Name, out var known) && known.IsOpen;
}
