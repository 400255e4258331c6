using System.Globalization;
using PruneSearch.Client.SearchFiles.Schema;
using PruneSearch.Core.Searches;

namespace PruneSearch.Client.SearchFiles;

/// <summary>What concerns several settings of what a search tries.</summary>
/// <param name="reader">Takes the errors.</param>
/// <param name="root">What the file says, and where.</param>
internal sealed class ScheduleRules(DocumentReader reader, Values root)
{
    private const int MaxIterations = 1000;

    private static readonly string[] IterationKeys = ["step", "iterations", "ratios"];

    private readonly Values _trajectories = root.Mapping("trajectories");

    /// <summary>Checks them; errors go to the reader.</summary>
    public void Require(SearchSettings settings)
    {
        var (levels, schedules) = (settings.Trajectories.Levels, settings.Trajectories.Schedules);
        var iterative = schedules.OfType<ScheduleSettings.Iterative>().ToList();
        foreach (var (schedule, values) in schedules.Zip(_trajectories.Mappings("schedules")))
        {
            if (schedule is ScheduleSettings.Iterative s)
            {
                Require(s, values);
            }
        }
        if (iterative.Count == 0 && schedules.FirstOrDefault(s => s is ScheduleSettings.OneShot { Budget: OneShotBudget.SameTotal }) is { } alone)
        {
            Error($"'{alone.Name}' has budget 'same-total', but there is no schedule whose total it could match, expected an iterative one");
        }
        if (schedules.GroupBy(s => s.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            Error($"two schedules are named '{twice.Key}', expected different names");
        }
        bool trains = settings.Variants.Count == 0 ? settings.FineTune is not null : settings.Variants.All(v => v.FineTune is not null);
        if (schedules.Any(s => s is ScheduleSettings.DenseControl) && !trains)
        {
            Error("a dense-control is only fine-tuned, expected the key fine-tune");
        }
        foreach (var s in iterative.Where(s => levels[^1] / s.Step > MaxIterations))
        {
            Error(string.Create(CultureInfo.InvariantCulture, $"'{s.Name}' takes more than {MaxIterations} iterations of {s.Step} to level {levels[^1]}, " +
                $"expected a larger step"));
        }
        if (reader.Errors.Count == 0)
        {
            RequireSize(settings, iterative);
        }
    }

    private void Require(ScheduleSettings.Iterative schedule, Values values)
    {
        string[] said = [.. IterationKeys.Where(values.Has)];
        if (said.Length != 1)
        {
            string what = said.Length == 0 ? "none" : string.Join(" and ", said);
            reader.Error(values.At("step"), $"the iterative schedule has {what}, expected exactly one of step, iterations and ratios");
        }
        if (schedule.Ratios is { } ratios && !ratios.SequenceEqual(ratios.Order()))
        {
            reader.Error(values.At("ratios"), "the ratios are not sorted, expected ascending ones");
        }
        if (values.Has("shape") && !values.Has("iterations"))
        {
            reader.Error(values.At("shape"), "shape says how iterations differ, expected the key iterations with it");
        }
    }

    // Variants, seeds, levels and schedules multiply: what no cluster could hold is refused before any picture is read.
    private void RequireSize(SearchSettings settings, List<ScheduleSettings.Iterative> iterative)
    {
        var (levels, schedules) = (settings.Trajectories.Levels, settings.Trajectories.Schedules);
        int seeds = settings.EverySeed.Count, variants = Math.Max(1, settings.Variants.Sum(v => Math.Max(1, v.InputSizes.Count)));
        int longest = iterative.Select(s => s.RatiosTo(levels[^1]).Count).DefaultIfEmpty(1).Max();
        long times = variants * (long)seeds, count = seeds, stages = seeds;
        foreach (var schedule in schedules)
        {
            count += times * (schedule is ScheduleSettings.DenseControl ? 1 : levels.Count);
            stages += times * (schedule switch
            {
                ScheduleSettings.Iterative s => levels.Sum(level => 1 + s.RatiosTo(level).Count),
                ScheduleSettings.DenseControl => 1 + longest,
                _ => 2 * levels.Count,
            });
        }
        if (count > Planner.MaxTrajectories || stages > Planner.MaxStages)
        {
            Error($"{variants} variant(s) × {seeds} seed(s) × {levels.Count} level(s) × {schedules.Count} schedule(s) make {count} trajectories of " +
                $"{stages} stages, " +
                $"expected at most {Planner.MaxTrajectories} of {Planner.MaxStages}");
        }
    }

    private void Error(string message) => reader.Error(_trajectories.At("schedules"), message);
}
