using System.Globalization;
using PruneSearch.Cli.Reports;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cli.Growing;

/// <summary>What a search was asked for, and its answer, in words.</summary>
internal static class GoalText
{
    /// <summary>The answer in one sentence.</summary>
    public static string Answer(GoalSettings goal, FrontierView view)
    {
        var answer = new GoalAnswer(goal);
        foreach (var point in view.Points)
        {
            answer.Add(point);
        }
        if (answer is not { Best: { } best, Original: { } original })
        {
            return $"No answer to the goal ({Of(goal)}): there is no pruned model yet.";
        }
        string model = PointNames.Of(best), figures = string.Join(" and ", goal.Parts.Select(p => Figure(p.Objective, best.Report, original)));
        if (answer.Meets)
        {
            string superlative = goal.Parts.Where(p => p.Part.Best).Select(p => Superlative(p.Objective)).FirstOrDefault() ?? "best";
            string among = answer.Meeting == 1 ? $"the only one of {answer.Models} pruned models that meets it"
                : $"the {superlative} of {answer.Meeting} that meet it, of {answer.Models} pruned models";
            return $"The goal ({Of(goal)}) is met by {model}: {figures}; {among}.";
        }
        string missed = string.Join(" and ", goal.Parts.Where(p => !p.Part.Best && GoalAnswer.Miss(p.Part, p.Objective, best.Report, original) > 1e-9)
            .Select(p => Short(p.Part, p.Objective, best.Report, original)));
        return $"None of {answer.Models} pruned models meets the goal ({Of(goal)}); nearest is {model}: {figures}, {missed}.";
    }

    /// <summary>The goal: <c>mAP50 within 0.01 of the original's, speed-up as high as possible</c>.</summary>
    public static string Of(GoalSettings goal) => string.Join(", ", goal.Parts.Select(p => $"{p.Objective.Title()} {p.Part switch
    {
        { Best: true } => p.Part is SizeGoal ? "as small as possible" : "as high as possible",
        AccuracyGoal { Within: { } within } => Text($"within {within} of the original's"),
        AccuracyGoal a => Text($"at least {a.AtLeast}"),
        SpeedGoal s => Text($"at least {s.AtLeast}×"),
        SizeGoal z => Text($"at most {z.AtMost} of the original's"),
        _ => "",
    }}"));

    /// <summary>How it stands while the search goes on: <c>best that meets the goal: p17 #2, mAP50 0.712, 1.62×</c>.</summary>
    public static string Of(GoalStanding standing) =>
        $"{(standing.Meets ? "best that meets the goal" : "nothing meets the goal yet, nearest")}: {standing.Model}, " +
        Text($"mAP50 {standing.Map50:0.000}, {standing.SpeedUp:0.00}×");

    private static string Figure(Objective objective, StageReport model, StageReport original)
    {
        double value = GoalAnswer.Value(objective, model, original);
        return objective switch
        {
            Objective.Map50 or Objective.Map =>
                Text($"{objective.Title()} {value:0.000} (original {GoalAnswer.Value(objective, original, original):0.000}{Beyond(objective, model)})"),
            Objective.Latency => Text($"{value:0.00}× [{model.Latency.SpeedUpLow:0.00}–{model.Latency.SpeedUpHigh:0.00}] as fast"),
            _ => Text($"{value * 100:0} % of the {objective.Title()}"),
        };
    }

    // Over the choice of pictures, both on the same: what these pictures can tell.
    private static string Beyond(Objective objective, StageReport model) =>
        objective == Objective.Map50 && model.Map50BeyondDense is { } i ? $", {ReportFormat.Interval(i)} points beyond it" : "";

    private static string Short(IGoalPart part, Objective objective, StageReport model, StageReport original)
    {
        double value = GoalAnswer.Value(objective, model, original);
        return part switch
        {
            AccuracyGoal a => Text($"{Math.Max(0.001, GoalAnswer.Bound(a, objective, original) - value):0.000} short in {objective.Title()}"),
            SpeedGoal { AtLeast: { } bound } => Text($"{Math.Max(0.01, bound - value):0.00}× too slow"),
            SizeGoal { AtMost: { } bound } =>
                Text($"{Math.Max(1, (value - bound) * 100):0} % too many {(objective == Objective.FileSize ? "bytes" : objective.Title())}"),
            _ => "",
        };
    }

    private static string Superlative(Objective objective) => objective switch
    {
        Objective.Map50 or Objective.Map => "most accurate",
        Objective.Latency => "fastest",
        _ => "smallest",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
