using System.Globalization;
using PruneSearch.Core.Schedules;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Searches;

/// <summary>What a configuration of a space says about a trajectory: the way back from what a strategy proposed to settings.</summary>
public sealed record ConfiguredTrajectory
{
    /// <summary>How it gets to its level: one-shot or iterative.</summary>
    public required ScheduleKind Schedule { get; init; }

    /// <summary>Cumulative shares to remove, one an iteration; the last is its level.</summary>
    public required IReadOnlyList<double> Ratios { get; init; }

    /// <summary>How to prune; the ratio is the level.</summary>
    public required PruneSettings Prune { get; init; }

    /// <summary>One iteration's fine-tuning; <see langword="null"/> for none.</summary>
    public required FineTuneSettings? FineTune { get; init; }

    /// <summary>Edge of its input in pixels; <see langword="null"/> for the base detector's.</summary>
    public int? InputSize { get; init; }

    /// <summary>Applies a configuration to the settings that hold for all.</summary>
    /// <param name="prune">How to prune, where the space leaves it open.</param>
    /// <param name="fineTune">How to train, where the space leaves it open; <see langword="null"/> for not at all.</param>
    /// <param name="space">The space, as <see cref="SpaceSettings.ToSpace"/> made it.</param>
    /// <param name="configuration">A configuration of the space.</param>
    /// <exception cref="ArgumentException">The space has a setting that there is not, a value that it may not have, or no level.</exception>
    public static ConfiguredTrajectory Of(PruneSettings prune, FineTuneSettings? fineTune, SearchSpace space, Configuration configuration)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(configuration);
        var values = new Dictionary<string, object?>();
        for (int i = 0; i < space.Hyperparameters.Count; i++)
        {
            if (double.IsNaN(configuration[i]))
            {
                continue;
            }
            var (hyperparameter, key) = (space.Hyperparameters[i], SpaceKey.Find(space.Hyperparameters[i].Name));
            object? value = Parse(hyperparameter.Name, hyperparameter.Text(configuration[i]), key.InSpace);
            switch (key.Origin)
            {
                case SpaceKey.Pruning:
                    prune = key.Setting.With(prune, value);
                    break;
                case SpaceKey.FineTune:
                    fineTune = key.Setting.With(
                        fineTune ?? throw new ArgumentException($"'{hyperparameter.Name}' is a setting of fine-tuning, but nothing is trained"), value);
                    break;
                default:
                    values.Add(hyperparameter.Name, value);
                    break;
            }
        }
        return Of(prune, fineTune, values);
    }

    private static ConfiguredTrajectory Of(PruneSettings prune, FineTuneSettings? fineTune, Dictionary<string, object?> values)
    {
        double level = values.GetValueOrDefault(SpaceKey.Level) as double? ?? throw new ArgumentException("the space has no level, expected one");
        int iterations = values.GetValueOrDefault(SpaceKey.Iterations) as int? ?? 1;
        var kind = values.GetValueOrDefault(SpaceKey.Schedule) as ScheduleKind?
            ?? (values.ContainsKey(SpaceKey.Iterations) ? ScheduleKind.Iterative : ScheduleKind.OneShot);
        var schedule = new ScheduleSettings.Iterative
        {
            Iterations = kind == ScheduleKind.Iterative ? iterations : 1,
            Shape = values.GetValueOrDefault(SpaceKey.Shape) as ScheduleShape? ?? ScheduleShape.Linear,
        };
        prune = prune with { Ratio = level };
        return new()
        {
            Schedule = kind,
            Ratios = schedule.RatiosTo(level),
            Prune = prune,
            FineTune = fineTune?.Before(prune),
            InputSize = values.GetValueOrDefault(SpaceKey.InputSize) as int?,
        };
    }

    private static object? Parse(string key, string text, SettingType type)
    {
        try
        {
            return SettingText.Parse(text, type);
        }
        catch (FormatException e)
        {
            throw new ArgumentException($"{key}: {e.Message}", e);
        }
    }
}
