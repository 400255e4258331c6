using PruneSearch.Client.SearchFiles.Schema;
using PruneSearch.Core.Searches;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Turns the values under <c>trajectories.schedules</c> into schedules.</summary>
internal sealed class ScheduleMapping(DocumentReader reader, Values trajectories)
{
    private static readonly string[] IterationKeys = ["step", "iterations", "ratios"];

    /// <summary>The schedules; errors go to the reader.</summary>
    /// <param name="levels">All levels, ascending.</param>
    /// <param name="trains">Whether something is trained after each pruning, in every variant.</param>
    public List<ScheduleSettings> Map(IReadOnlyList<double> levels, bool trains)
    {
        var schedules = trajectories.List<VariantValues>("schedules").Select(Schedule).ToList();
        if (!schedules.Any(s => s.Kind == ScheduleKind.Iterative) && schedules.FirstOrDefault(s => s.Budget == OneShotBudget.SameTotal) is { } alone)
        {
            reader.Error(trajectories.At("schedules"), $"'{alone.Name}' has budget 'same-total', but there is no schedule whose total it could match, expected an iterative one");
        }
        if (schedules.GroupBy(s => s.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            reader.Error(trajectories.At("schedules"), $"two schedules are named '{twice.Key}', expected different names");
        }
        if (schedules.Any(s => s.Kind == ScheduleKind.DenseControl) && !trains)
        {
            reader.Error(trajectories.At("schedules"), "a dense-control is only fine-tuned, expected the key fine-tune");
        }
        foreach (var s in schedules.Where(s => s is { Kind: ScheduleKind.Iterative, Step: not null, } && levels[^1] / s.Step > 1000))
        {
            reader.Error(trajectories.At("schedules"), FormattableString.Invariant($"'{s.Name}' takes more than 1000 iterations of {s.Step} to level {levels[^1]}, expected a larger step"));
        }
        return schedules;
    }

    private ScheduleSettings Schedule(VariantValues schedule)
    {
        var v = schedule.Values;
        var kind = Words.Parse<ScheduleKind>(schedule.Word);
        var budget = kind == ScheduleKind.OneShot ? v.Word<OneShotBudget>("budget") : OneShotBudget.OneIteration;
        string name = v.Optional<string>("name") ?? (budget == OneShotBudget.SameTotal ? "one-shot-total" : schedule.Word);
        if (kind != ScheduleKind.Iterative)
        {
            return new ScheduleSettings { Kind = kind, Name = name, Budget = budget };
        }
        string[] said = [.. IterationKeys.Where(v.Has)];
        if (said.Length != 1)
        {
            reader.Error(v.At("step"), $"the iterative schedule has {(said.Length == 0 ? "none" : string.Join(" and ", said))}, expected exactly one of step, iterations and ratios");
        }
        IReadOnlyList<double>? ratios = v.Has("ratios") ? [.. v.List<object>("ratios").Cast<double>()] : null;
        if (ratios is not null && !ratios.SequenceEqual(ratios.Order()))
        {
            reader.Error(v.At("ratios"), "the ratios are not sorted, expected ascending ones");
        }
        if (v.Has("shape") && !v.Has("iterations"))
        {
            reader.Error(v.At("shape"), "shape says how iterations differ, expected the key iterations with it");
        }
        return new ScheduleSettings
        {
            Kind = kind,
            Name = name,
            Step = v.OptionalValue<double>("step"),
            Iterations = v.OptionalValue<int>("iterations"),
            Shape = v.Word<ScheduleShape>("shape"),
            Ratios = ratios,
        };
    }
}
