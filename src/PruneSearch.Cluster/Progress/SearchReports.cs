using PruneSearch.Cluster.Stages;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Storage.Reports;

namespace PruneSearch.Cluster.Progress;

/// <summary>
/// What a coordinator does with reports: it appends them to the search's log, in batches, shows them page by page, and keeps the
/// frontier's volume up. Opening a search reads its log; only what the log may lack is looked up stage by stage.
/// </summary>
internal sealed class SearchReports
{
    /// <summary>Reports that wait for the next flush at most.</summary>
    public const int LargestBatch = 256;

    private const int AtOnce = 32;
    private readonly ReportLog _log;
    private readonly FrontierVolume _volume;
    private readonly SearchState _state;
    private readonly HashSet<StageKey> _baseKeys;

    private SearchReports(SearchState state, ReportLog log)
    {
        (_state, _log) = (state, log);
        _volume = new FrontierVolume(Plan.Objectives);
        _baseKeys = [.. state.Trajectories.Select(t => t.Stages[0].Key)];
    }

    /// <summary>The reports that are written, in order.</summary>
    public IReadOnlyList<StageReport> Written => _log.Written;

    /// <summary>Volume of the frontier, see <see cref="FrontierVolume"/>.</summary>
    public double Volume => _volume.Value;

    /// <summary>Whether so many reports wait that they should be written now.</summary>
    public bool IsFull => _log.Pending >= LargestBatch;

    private SearchPlan Plan => _state.Plan;

    /// <summary>Reads what is known of a search, and from then on takes in whatever its state learns.</summary>
    public static async Task<SearchReports> OpenAsync(ICheckpointStore store, SearchState state)
    {
        var reports = new SearchReports(state, await ReportLog.OpenAsync(store, state.Plan.Id));
        state.Added += reports.Take;
        foreach (var report in reports._log.Written)
        {
            state.Add(report);
        }
        // Stages that others finished, and what came between the last flush and a crash: a stage is complete only after its parent.
        var missing = new HashSet<StageKey>(); // however many trajectories begin with a stage, it is looked up once
        foreach (var trajectories in state.Trajectories.Chunk(AtOnce))
        {
            await Task.WhenAll(trajectories.Select(t => LookAsync(store, state, t, missing)));
        }
        await reports.FlushAsync();
        return reports;
    }

    /// <summary>Writes the reports that came since the last time.</summary>
    public Task FlushAsync() => _log.FlushAsync();

    /// <summary>Written reports from a position on.</summary>
    public ReportPage Page(int after, int limit, WorkState state)
    {
        int from = Math.Clamp(after, 0, _log.Written.Count), to = Math.Min(from + Math.Clamp(limit, 1, ReportPage.Largest), _log.Written.Count);
        return new ReportPage
        {
            SearchId = Plan.Id,
            Name = Plan.Name,
            Objectives = Plan.Objectives.ToArray(),
            Points = Enumerable.Range(from, to - from).Select(i => _state.Point(_log.Written[i])).OfType<FrontierPoint>().ToArray(),
            Next = to,
            Total = _log.Written.Count,
            State = state,
        };
    }

    private void Take(StageReport report)
    {
        _log.Add(report);
        _volume.Add(report, _baseKeys.Contains(report.Key));
    }

    private static async Task LookAsync(ICheckpointStore store, SearchState state, TrajectoryState trajectory, HashSet<StageKey> missing)
    {
        foreach (var stage in trajectory.Stages.Where(s => s.Report is null))
        {
            if (missing.Contains(stage.Key) || await store.TryReadReportAsync(stage.Key) is not { } report)
            {
                missing.Add(stage.Key);
                return;
            }
            state.Add(report);
        }
    }
}
