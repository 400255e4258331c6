using System.Globalization;
using PruneSearch.Core;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;

namespace PruneSearch.Cli.Growing;

/// <summary>How a search stands that decides itself what to try, in words.</summary>
internal static class GrowthText
{
    /// <summary>What was proposed, spent and left; how the hypervolume grew; the best model so far as the goal has it.</summary>
    public static IReadOnlyList<string> Lines(GrowthStatus growth) =>
    [
        $"{growth.Strategy}: {growth.Proposals} proposed, {growth.Open} open; {string.Join("; ", Budget(growth))}",
        .. growth.Curve.Count > 0 ? [Volume(growth.Curve)] : Array.Empty<string>(),
        .. growth.Goal is { } goal ? [GoalText.Of(goal)] : Array.Empty<string>(),
    ];

    /// <summary>What a search is about to do: <c>strategy adaptive over 8 hyperparameters, budget 2:00:00 slot time</c>.</summary>
    public static string Of(GrowthPlan plan)
    {
        string[] budget =
        [
            .. plan.Budget.Hours is { } hours ? [$"{Span(hours * 3600)} slot time"] : Array.Empty<string>(),
            .. plan.Budget.Trajectories is { } trajectories ? [Text($"{trajectories} trajectories")] : Array.Empty<string>(),
            .. plan.Budget.Steps is { } steps ? [Text($"{steps} steps")] : Array.Empty<string>(),
        ];
        int count = plan.Space.Hyperparameters.Count;
        return $"strategy {EnumNames.Of(plan.Strategy)} over {count} hyperparameter{(count == 1 ? "" : "s")}, budget {string.Join(" or ", budget)}" +
            (plan.Goal is { } goal ? $", goal {GoalText.Of(goal)}" : "");
    }

    /// <summary>What a proposal tries and why: <c>level 0.43, schedule one-shot; rung 1, about 1:20: most hypervolume per second</c>.</summary>
    public static string Of(ProposalStatus p) =>
        string.Join("; ", new[] { p.What, $"rung {p.Rung}{(p.Seconds is { } s ? $", about {Span(s)}" : "")}: {p.Why}" }.Where(t => t.Length > 0)
            .Select(ErrorText.OneLine));

    /// <summary>The proposals whose trajectories are at work or were proposed last, newest first.</summary>
    public static IEnumerable<string> Latest(SearchStatus status, int most) => status.Trajectories.Where(t => t.Proposal is not null)
        .OrderByDescending(t => t.Proposal!.Number).Take(most).Select(t => $"{t.Name}: {Of(t.Proposal!)}");

    private static IEnumerable<string> Budget(GrowthStatus growth)
    {
        var (spent, budget) = (growth.Spent, growth.Budget);
        yield return budget.Hours is { } hours
            ? $"spent {Span(spent.Seconds)} of {Span(hours * 3600)} slot time, {Span(Math.Max(0, hours * 3600 - spent.Seconds))} left"
            : $"spent {Span(spent.Seconds)} slot time";
        if (budget.Trajectories is { } trajectories)
        {
            yield return Text($"{spent.Trajectories} of {trajectories} trajectories");
        }
        if (budget.Steps is { } steps)
        {
            yield return Text($"{spent.Steps} of {steps} steps");
        }
    }

    // Where the curve stood at a quarter and at half of what was spent says whether more would help.
    private static string Volume(IReadOnlyList<VolumePoint> curve)
    {
        double end = curve[^1].Seconds;
        return Text($"hypervolume {curve[^1].Volume:0.0000} ({At(end / 4):0.0000} at a quarter of this time, {At(end / 2):0.0000} at half)");

        double At(double seconds) => curve.LastOrDefault(p => p.Seconds <= seconds)?.Volume ?? 0;
    }

    private static string Span(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Round(seconds));
        return span.TotalHours >= 1 ? Text($"{(int)span.TotalHours}:{span.Minutes:00}:{span.Seconds:00}") : Text($"{span.Minutes}:{span.Seconds:00}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
