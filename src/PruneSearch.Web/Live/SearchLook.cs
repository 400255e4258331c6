using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;

namespace PruneSearch.Web.Live;

/// <summary>Looks at one search again and again: each look fetches what is new. For one caller at a time.</summary>
internal sealed class SearchLook(ISearchSession session, string id)
{
    private const int LargestCurve = 300, Paces = 24;
    private static readonly TimeSpan PlanPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRead = TimeSpan.FromMilliseconds(120); // of reports: what is there is shown, and the rest comes with the next look
    private readonly SharedValues _same = new();
    private readonly List<VolumePoint> _curve = [];
    private readonly Queue<DateTimeOffset> _finished = [];
    private LiveFrontier? _frontier;
    private FrontierVolume? _volume;
    private IReadOnlyList<LiveModel> _best = [];
    private VolumePoint[] _shownCurve = [];
    private LiveModels _models = LiveModels.None;
    private Task<TrajectoryArms>? _arms;
    private long _armsAt;
    private double _seconds;
    private int _next, _stages;
    private bool _isBehind;
    private IReadOnlyList<Objective> _objectives = [];

    /// <param name="last">What it looked like before.</param>
    /// <param name="lost">Told when nobody answers; asking goes on.</param>
    /// <returns><paramref name="last"/> itself when nothing changed.</returns>
    public async Task<LiveSearch> LookAsync(LiveSearch? last, Action<Exception> lost)
    {
        var status = await session.StatusAsync(id, lost).ConfigureAwait(false);
        bool news = await ReadReportsAsync().ConfigureAwait(false);
        var arms = Arms(status);
        if (last is not null && !news && Same(last.Status, status) && ReferenceEquals(arms, last.Arms))
        {
            return last;
        }
        var summary = await session.SummaryAsync(id).ConfigureAwait(false);
        TrajectoryStatus[] byActivity =
            [.. status.Trajectories.OrderBy(t => t is { State: WorkState.Running, Progress: not null } ? 0 : t.State == WorkState.Running ? 1 : 2)];
        return new LiveSearch
        {
            Status = status,
            Summary = summary,
            IsBehind = _isBehind,
            Objectives = _objectives,
            Models = _models,
            Frontier = _best,
            Volume = _shownCurve,
            SlotSeconds = _seconds,
            Left = Left(summary),
            Arms = arms,
            ByActivity = byActivity,
            Problems = SearchProblems.Of(status.Trajectories, last?.Problems),
        };
    }

    private async Task<bool> ReadReportsAsync()
    {
        int before = _models.Count;
        bool changed = false;
        ReportPage page;
        long start = TimeProvider.System.GetTimestamp();
        do
        {
            page = await session.ReportsAsync(id, _next, ReportPage.Largest).ConfigureAwait(false);
            if (_frontier is null)
            {
                _objectives = page.Objectives;
                (_frontier, _volume) = (new LiveFrontier(page.Objectives), new FrontierVolume(page.Objectives));
            }
            changed |= Take(page.Points);
            _next = page.Next;
        }
        while (_next < page.Total && TimeProvider.System.GetElapsedTime(start) < LongestRead);
        _isBehind = _next < page.Total;
        if (changed)
        {
            _best = _frontier.Models;
        }
        return _models.Count > before;
    }

    private bool Take(IReadOnlyList<FrontierPoint> points)
    {
        var models = new List<LiveModel>(points.Count);
        bool changed = false;
        for (int i = 0; i < points.Count; i++)
        {
            foreach (var point in FrontierPoints.Expand(points[i]))
            {
                var model = LiveModel.Of(point, _models.Count + models.Count, _next + i, _same);
                models.Add(model);
                changed |= _frontier!.Add(model);
                _seconds += model.Seconds;
            }
            Measure(points[i]);
        }
        _models = _models.With(models);
        return changed;
    }

    private void Measure(FrontierPoint point)
    {
        double before = _volume!.Value;
        _volume.Add(point.Report, point.Iteration == 0);
        _stages++;
        if (_volume.Value > before)
        {
            _curve.Add(new VolumePoint(_seconds, _stages, _volume.Value));
            // Every other one, but for the first and the last: the curve keeps its shape.
            if (_curve.Count > LargestCurve)
            {
                for (int i = _curve.Count - 2; i > 0; i -= 2)
                {
                    _curve.RemoveAt(i);
                }
            }
            _shownCurve = [.. _curve];
        }
        if (point.Report.Finished is { } finished)
        {
            _finished.Enqueue(finished);
            while (_finished.Count > Paces)
            {
                _finished.Dequeue();
            }
        }
    }

    // The plan is large and only names are needed of it; a search that grows names more of them as it goes on.
    private TrajectoryArms? Arms(SearchStatus status)
    {
        var known = _arms is { IsCompletedSuccessfully: true } done ? done.Result : null;
        bool rested = _arms is null || TimeProvider.System.GetElapsedTime(_armsAt) > PlanPause;
        if (rested && (_arms is null or { IsFaulted: true } || (known is not null && known.Count < status.Trajectories.Count)))
        {
            _armsAt = TimeProvider.System.GetTimestamp();
            _arms = Task.Run(async () => TrajectoryArms.Of(await session.PlanAsync(id).ConfigureAwait(false)));
        }
        return known;
    }

    // The pace of the last stages counts however many slots there are.
    private TimeSpan? Left(SearchSummary summary)
    {
        if (summary.State != WorkState.Running || _finished.Count < 3)
        {
            return null;
        }
        var times = _finished.Order().ToArray();
        double perStage = (times[^1] - times[0]).TotalSeconds / (times.Length - 1);
        return summary.Growth is not { } growth ? TimeSpan.FromSeconds(perStage * Math.Max(0, summary.Stages - summary.CompletedStages))
            : growth.Budget.Hours is { } hours && growth.Spent.Seconds > 0 && summary.CompletedStages > 0
                ? TimeSpan.FromSeconds(perStage * Math.Max(0, hours * 3600 - growth.Spent.Seconds) / (growth.Spent.Seconds / summary.CompletedStages))
            : null;
    }

    private static (int, int, SearchCost, BudgetSettings, GoalStanding?)? Essence(GrowthStatus? g) =>
        g is null ? null : (g.Proposals, g.Open, g.Spent, g.Budget, g.Goal);

    private static bool Same(SearchStatus a, SearchStatus b)
    {
        if (a.State != b.State || a.Reason != b.Reason || a.Trajectories.Count != b.Trajectories.Count || Essence(a.Growth) != Essence(b.Growth)
            || !a.Measuring.SequenceEqual(b.Measuring))
        {
            return false;
        }
        for (int i = 0; i < a.Trajectories.Count; i++)
        {
            if (!ReferenceEquals(a.Trajectories[i], b.Trajectories[i]))
            {
                return false;
            }
        }
        return true;
    }
}
