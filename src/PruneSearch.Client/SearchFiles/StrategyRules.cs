using PruneSearch.Client.SearchFiles.Schema;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Client.SearchFiles;

/// <summary>What concerns several settings of a search that grows.</summary>
/// <param name="reader">Takes the errors.</param>
/// <param name="root">What the file says, and where.</param>
internal sealed class StrategyRules(DocumentReader reader, Values root)
{
    private static readonly string[] Multipliers = ["variants", "seeds"];

    private readonly Values _search = root.Mapping("search");

    private Values Space => _search.Mapping("space");

    /// <summary>Whether the file says in exactly one way what is tried; errors go to the reader.</summary>
    public void RequireOne()
    {
        bool grows = root.Has("search");
        int said = SearchSettings.Tried.Count(root.Has);
        if (said != 1)
        {
            string what = said == 0 ? $"neither {string.Join(" nor ", SearchSettings.Tried)}" : $"both {string.Join(" and ", SearchSettings.Tried)}";
            reader.Error(root.At("search"), $"the search file has {what}, expected one of them");
        }
        foreach (string key in grows ? Multipliers.Where(root.Has) : [])
        {
            string instead = key == "seeds" ? "seed" : "their keys in search.space";
            reader.Error(root.At(key), $"the search file has both {key} and search, expected {instead}: {key} multiply trajectories that are written down");
        }
    }

    /// <summary>Checks them; errors go to the reader.</summary>
    /// <returns>The settings with the fine-tuning that the space leaves nothing open of.</returns>
    public SearchSettings Require(SearchSettings settings)
    {
        if (settings.Strategy is not { } strategy)
        {
            return settings;
        }
        if (strategy.Budget is { Hours: null, Trajectories: null, Steps: null })
        {
            reader.Error(_search.At("budget"), "search.budget is empty, expected at least one of hours, trajectories and steps");
        }
        RequireGoal(strategy.Goal, settings.Objectives);
        foreach (var dimension in strategy.Space.Dimensions)
        {
            RequireDomain(dimension.Key, dimension.Domain);
            RequireCounts(strategy.Space, dimension.Key);
        }
        if (strategy.Kind == StrategyKind.Grid && strategy.Space.Dimensions.FirstOrDefault(d => d.Domain.IsRange) is { } range)
        {
            reader.Error(Space.At(range.Key),
                $"{Space.PathOf(range.Key)} is a range, of which strategy 'grid' cannot try everything, expected a list of values");
        }
        return settings with { FineTune = FineTune(settings.FineTune, strategy.Space) };
    }

    private void RequireGoal(GoalSettings? goal, IReadOnlyList<Objective> objectives)
    {
        var values = goal is null ? null : _search.Mapping("goal");
        foreach (var (key, objective, part) in goal?.Parts ?? [])
        {
            if (!objectives.Contains(objective))
            {
                reader.Error(values!.At(key), $"{values.PathOf(key)} is about '{EnumNames.Of(objective)}', which is not measured, expected one of the " +
                    $"objectives: {string.Join(", ", objectives.Select(o => EnumNames.Of(o)))}");
            }
            if (part is { Best: false, Bounds: not 1 })
            {
                reader.Error(values!.At(key), $"{values.PathOf(key)} has {part.Bounds} bounds, expected exactly one");
            }
        }
        if (goal?.Parts is { Count: 0 })
        {
            reader.Error(_search.At("goal"), "search.goal is empty, expected what is looked for; without the key it is the whole frontier");
        }
        if (goal?.Parts.Where(p => p.Part.Best).ToList() is { Count: > 1 } best)
        {
            reader.Error(values!.At(best[1].Key), $"search.goal asks for the best {best[0].Key} and the best {best[1].Key}, expected one of them and a bound " +
                "for the other, or no goal for the whole frontier");
        }
    }

    private void RequireDomain(string key, SettingDomain domain)
    {
        if (!domain.IsRange)
        {
            if (domain.Values.GroupBy(v => v).FirstOrDefault(g => g.Count() > 1) is { } twice)
            {
                reader.Error(Space.At(key), $"{Space.PathOf(key)} has '{twice.Key}' twice, expected different values");
            }
            return;
        }
        var range = Space.Mapping(key);
        if (domain.From >= domain.To)
        {
            reader.Error(range.At("from"), FormattableString.Invariant(
                $"{range.PathOf("from")} is {domain.From} and to is {domain.To}, expected the smaller one first, and two different ones"));
        }
        else if (domain is { Scale: DomainScale.Log, From: <= 0 })
        {
            reader.Error(range.At("from"), FormattableString.Invariant($"{range.PathOf("from")} is {domain.From}, expected a number above 0 with scale: log"));
        }
    }

    // What never counts is a mistake: iterations of a schedule that is one-shot always.
    private void RequireCounts(SpaceSettings space, string key)
    {
        if (space.ConditionOf(key) is { Values.Count: 0 } condition)
        {
            reader.Error(Space.At(key), $"{Space.PathOf(key)} never counts, expected {condition.Name} with a value that it counts for");
        }
        if (key == "shape" && !space.Dimensions.Any(d => d.Key == "iterations"))
        {
            reader.Error(Space.At(key), $"{Space.PathOf(key)} says how iterations differ, expected the key iterations with it");
        }
        if (key == "schedule" && space.Find(key)!.Values.Contains(EnumNames.Of(ScheduleKind.Iterative)) && space.Find("iterations") is null)
        {
            reader.Error(Space.At(key), $"{Space.PathOf(key)} has 'iterative', expected the key iterations with it");
        }
    }

    // How long is trained may stand in the space alone: then what stands in the settings is the longest.
    private FineTuneSettings? FineTune(FineTuneSettings? settings, SpaceSettings space)
    {
        bool trains = settings is not null || space.Find("steps") is not null;
        if (!trains && SettingsSection.Of<FineTuneSettings>().Common.FirstOrDefault(s => space.Find(s.Key) is not null) is { } lone)
        {
            reader.Error(Space.At(lone.Key), $"{Space.PathOf(lone.Key)} is about fine-tuning, but nothing is trained, expected the key steps with it, " +
                "or fine-tune.steps");
        }
        int longest = space.Find("steps") is not { } steps ? 0 : (int)steps.Highest;
        return !trains ? null : longest == 0 ? settings : (settings ?? new FineTuneSettings { Steps = longest }) with { Steps = longest };
    }
}
