using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>The pruned model that answers a goal best, kept up as reports come, in any order.</summary>
/// <param name="goal">What is looked for.</param>
public sealed class GoalAnswer(GoalSettings goal)
{
    private const double Tolerance = 1e-9;

    private readonly List<FrontierPoint> _early = [];
    private (double Short, double Cost, FrontierPoint Point)? _best;

    /// <summary>What is compared with; <see langword="null"/> before it is known.</summary>
    public StageReport? Original { get; private set; }

    /// <summary>The model that meets the goal best, or comes nearest where none meets it; <see langword="null"/> before there is a pruned model.</summary>
    public FrontierPoint? Best => _best?.Point;

    /// <summary>Whether <see cref="Best"/> meets the goal.</summary>
    public bool Meets => _best is { Short: 0 };

    /// <summary>Pruned models that were looked at.</summary>
    public int Models { get; private set; }

    /// <summary>Those of them that meet the goal.</summary>
    public int Meeting { get; private set; }

    /// <summary>How it stands, for the status of a search; <see langword="null"/> before there is a pruned model.</summary>
    public GoalStanding? Standing => Best is not { } point ? null : new GoalStanding
    {
        Model = PointNames.Of(point),
        Meets = Meets,
        Map50 = point.Report.Map50,
        Map = point.Report.Map,
        SpeedUp = point.Report.Latency.SpeedUp,
        Macs = point.Report.Macs,
    };

    /// <summary>Takes a stage's model in, and its quantised one where there is one.</summary>
    /// <param name="point">The model as its stage reports it; quantised ones by themselves count for nothing.</param>
    public void Add(FrontierPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        if (point.IsQuantised)
        {
            return;
        }
        if (point.Schedule == ScheduleKind.Base && Original is null)
        {
            Original = point.Report;
            _early.ForEach(Take);
            _early.Clear();
        }
        foreach (var model in FrontierPoints.Expand(point).Where(m => m.Schedule is ScheduleKind.OneShot or ScheduleKind.Iterative))
        {
            if (Original is null)
            {
                _early.Add(model);
            }
            else
            {
                Take(model);
            }
        }
    }

    /// <summary>How far a figure is from its bound, as a share of the bound: above 0 where it misses it, 0 or below where it keeps to it.</summary>
    /// <param name="part">What the goal says about it: a bound.</param>
    /// <param name="objective">The figure.</param>
    /// <param name="model">The model's report.</param>
    /// <param name="original">What it is compared with.</param>
    public static double Miss(IGoalPart part, Objective objective, StageReport model, StageReport original)
    {
        double value = Value(objective, model, original);
        return part switch
        {
            AccuracyGoal a when Bound(a, objective, original) is var bound => (bound - value) / Math.Max(bound, Tolerance),
            SpeedGoal { AtLeast: { } bound } => (bound - value) / bound,
            SizeGoal { AtMost: { } bound } => (value - bound) / bound,
            _ => 0,
        };
    }

    /// <summary>An accuracy as it is; everything else as a factor over the original, or as a share of it where small is good.</summary>
    public static double Value(Objective objective, StageReport model, StageReport original) => objective switch
    {
        Objective.Map50 or Objective.Map => -objective.Cost(model),
        Objective.Latency => model.Latency.SpeedUp,
        _ => objective.Cost(model) / objective.Cost(original),
    };

    /// <summary>The accuracy that a model must have.</summary>
    public static double Bound(AccuracyGoal part, Objective objective, StageReport original)
    {
        ArgumentNullException.ThrowIfNull(part);
        return part.AtLeast ?? Value(objective, original, original) - (part.Within ?? 0);
    }

    private void Take(FrontierPoint model)
    {
        Models++;
        double missed = 0, closest = double.NegativeInfinity, cost = 0;
        bool best = false;
        foreach (var (_, objective, part) in goal.Parts)
        {
            if (part.Best)
            {
                (best, cost) = (true, objective.Cost(model.Report));
                continue;
            }
            double miss = Miss(part, objective, model.Report, Original!);
            missed += miss > Tolerance ? miss : 0;
            closest = Math.Max(closest, miss);
        }
        Meeting += missed == 0 ? 1 : 0;
        // Where nothing shall be the best, the model that stays furthest from all bounds is.
        var candidate = (Short: missed, Cost: best ? cost : closest, Point: model);
        if (_best is not { } known || Order(candidate, known) < 0)
        {
            _best = candidate;
        }
    }

    private static int Order((double Short, double Cost, FrontierPoint Point) a, (double Short, double Cost, FrontierPoint Point) b) =>
        (a.Short, a.Cost).CompareTo((b.Short, b.Cost)) is not 0 and var order ? order
            : string.CompareOrdinal(a.Point.Report.Key + a.Point.Precision, b.Point.Report.Key + b.Point.Precision);
}
