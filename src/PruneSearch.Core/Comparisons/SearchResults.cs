using System.Globalization;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Comparisons;

/// <summary>What a search came to, trajectory by trajectory and arm by arm.</summary>
public sealed record SearchResults
{
    private SearchResults()
    {
    }

    /// <summary>What the search was to try, in plan order.</summary>
    public required SearchPlan Plan { get; init; }

    /// <summary>How the search stood: unless it is over, trajectories may be missing.</summary>
    public required WorkState State { get; init; }

    /// <summary>Whether accuracies that count are those of the test split; otherwise they are those of the validation split.</summary>
    public required bool OnTest { get; init; }

    /// <summary>Trajectories that got to their end, in plan order.</summary>
    public required IReadOnlyList<TrajectoryResult> Trajectories { get; init; }

    /// <summary>The others, one line each: the name and why.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Every finished stage once.</summary>
    public required IReadOnlyList<StageReport> Reports { get; init; }

    /// <summary>What stages warned of: each warning once, with the names of the models that it concerns.</summary>
    public required IReadOnlyList<(string Text, IReadOnlyList<string> Models)> Warnings { get; init; }

    /// <summary>What sharing stages saved.</summary>
    public required StageTreeSaving Saving { get; init; }

    /// <summary>Every arm at every level in every variant, seeds put together, in plan order.</summary>
    public required IReadOnlyList<ArmResult> Arms { get; init; }

    /// <summary>Names of the variants; one that is <see langword="null"/> where the search has none.</summary>
    public IReadOnlyList<string?> Variants => Plan.Trajectories.Any(t => t.Variant is not null)
        ? [.. Plan.Trajectories.Select(t => t.Variant).OfType<string>().Distinct()] : [null];

    /// <summary>Seeds of its trajectories, each once, in plan order.</summary>
    public IReadOnlyList<int> Seeds => [.. Plan.Trajectories.Select(t => t.Seed).Distinct()];

    /// <summary>The dense original; <see langword="null"/> while it has not finished.</summary>
    public ArmResult? Original => Arms.FirstOrDefault(a => a.Schedule == ScheduleKind.Base);

    /// <summary>The dense control of a variant; <see langword="null"/> where there is none.</summary>
    public ArmResult? Control(string? variant) => Arms.FirstOrDefault(a => a.Schedule == ScheduleKind.DenseControl && a.Variant == variant);

    /// <summary>Arms of a variant that prune, in plan order.</summary>
    public IReadOnlyList<ArmResult> Pruned(string? variant) =>
        [.. Arms.Where(a => a.Schedule is ScheduleKind.OneShot or ScheduleKind.Iterative && a.Variant == variant)];

    /// <summary>Puts together what is known of a search.</summary>
    /// <param name="search">How it stands, with its reports.</param>
    /// <param name="test">Figures on the test split by key of the last stages; <see langword="null"/> takes those of the validation split.</param>
    /// <param name="validation">Figures on the validation split by key of the last stages, as far as they are known, with their resamples.</param>
    /// <exception cref="KeyNotFoundException">There are figures on the test split, but not of every trajectory that ended.</exception>
    public static SearchResults From(SearchPlan plan, ReportedSearch search, IReadOnlyDictionary<StageKey, SplitScore>? test,
        IReadOnlyDictionary<StageKey, SplitScore>? validation = null)
    {
        var known = search.Status.Trajectories.ToDictionary(t => t.Name);
        var results = new List<TrajectoryResult>();
        var missing = new List<string>();
        foreach (var trajectory in plan.Trajectories)
        {
            var stands = known.GetValueOrDefault(trajectory.Name);
            var reports = search.Reports.GetValueOrDefault(trajectory.Name, []);
            if (reports.Count < trajectory.Stages.Count)
            {
                missing.Add($"{trajectory.Name}: {Why(trajectory, stands, reports.Count)}");
                continue;
            }
            var after = reports.Skip(1).ToList();
            results.Add(new TrajectoryResult
            {
                Name = trajectory.Name,
                Variant = trajectory.Variant,
                Arm = ArmOf(trajectory),
                Schedule = trajectory.Schedule,
                Level = trajectory.Ratio,
                Seed = trajectory.Seed,
                Report = reports[^1],
                Test = test?[reports[^1].Key],
                Validation = validation?.GetValueOrDefault(reports[^1].Key),
                Steps = after.Sum(r => (long)r.TrainedSteps),
                Seconds = after.Sum(r => r.Seconds.Values.Sum()),
            });
        }
        return new SearchResults
        {
            Plan = plan,
            State = search.Status.State,
            OnTest = test is not null,
            Trajectories = results,
            Missing = missing,
            Reports = [.. search.Reports.Values.SelectMany(r => r).DistinctBy(r => r.Key)],
            Warnings = WarningsOf(plan, search),
            Saving = StageTreeSaving.Of(search.Reports.Values),
            Arms = [.. results.GroupBy(r => (r.Variant, r.Arm, r.Level)).Select(g => new ArmResult([.. g.OrderBy(r => r.Seed)]))],
        };
    }

    private static List<(string Text, IReadOnlyList<string> Models)> WarningsOf(SearchPlan plan, ReportedSearch search)
    {
        var models = plan.Trajectories.SelectMany(t => search.Reports.GetValueOrDefault(t.Name, []).Select(
            (r, i) => (Name: i == 0 || (i == 1 && t.Schedule == ScheduleKind.OneShot) ? t.Name : $"{t.Name} #{i}", Report: r))).DistinctBy(m => m.Report.Key);
        return [.. models.SelectMany(m => m.Report.Warnings.Select(w => (Text: w, m.Name))).GroupBy(w => w.Text)
            .Select(g => (g.Key, (IReadOnlyList<string>)[.. g.Select(w => w.Name)]))];
    }

    private static string Why(TrajectoryPlan plan, TrajectoryStatus? stands, int finished)
    {
        string done = $"{finished} of {plan.Stages.Count} stages";
        return stands is { State: WorkState.Failed } ? $"failed after {done}: {stands.Reason}" : $"not finished, {done}";
    }

    // Plans from before arms had names: a trajectory is called after its schedule and its level.
    private static string ArmOf(TrajectoryPlan t)
    {
        string level = string.Create(CultureInfo.InvariantCulture, $"-{Math.Round(t.Ratio * 100, 4)}");
        return t.Arm.Length > 0 ? t.Arm : t.Name.EndsWith(level, StringComparison.Ordinal) ? t.Name[..^level.Length] : t.Name;
    }
}
