using System.Globalization;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using static PruneSearch.Core.Settings.SettingType;

namespace PruneSearch.Core.Searches;

/// <summary>A setting that may stand in a space.</summary>
/// <param name="Setting">The setting, as it stands on its own record: its range and description hold in a space too.</param>
/// <param name="Origin">Keys that lead to it in a search file.</param>
internal sealed record SpaceKey(Setting Setting, string Origin)
{
    public const string Level = "level", Schedule = "schedule", Iterations = "iterations", Shape = "shape", InputSize = "input-size";
    public const string Pruning = "pruning", FineTune = "fine-tune", Trajectories = "trajectories";

    /// <summary>The word for a setting that may be left out, and is.</summary>
    public const string None = "none";

    /// <summary>All of them; those that others depend upon stand before them.</summary>
    public static readonly IReadOnlyList<SpaceKey> All =
    [
        new(Kind(), Trajectories),
        new(Levels(), Trajectories),
        .. SettingsSection.Of<ScheduleSettings>().Forms.First(f => f.Word == "iterative").Own.Where(s => s.Key is Iterations or Shape)
            .Select(s => new SpaceKey(s, Trajectories)),
        new(InputSizes(), Trajectories),
        .. SettingsSection.Of<PruneSettings>().Common.Select(s => new SpaceKey(s, Pruning)),
        .. SettingsSection.Of<FineTuneSettings>().Common.Select(s => new SpaceKey(s, FineTune)),
    ];

    /// <summary>What it may be in a space: what it may be anywhere, or the word that it is left out.</summary>
    public SettingType InSpace => Setting.Type is Mapping m ? m with { Word = new Choice([new(None, None)]) } : Setting.Type;

    private static readonly Dictionary<string, SpaceKey> ByKey = All.ToDictionary(k => k.Setting.Key);

    public static SpaceKey Find(string key) => ByKey.GetValueOrDefault(key)
        ?? throw new ArgumentException($"'{key}' is no setting that a space may have, expected one of {string.Join(", ", ByKey.Keys)}");

    /// <summary>The setting that another one depends upon, and which of its values let it count; <see langword="null"/> for none.</summary>
    public static (string Key, Func<string, bool> Counts)? Needs(string key) => key switch
    {
        Iterations or Shape => (Schedule, v => v == EnumNames.Of(ScheduleKind.Iterative)),
        "rounds" => ("compensate", v => bool.Parse(v)),
        "momentum" => ("optimizer", v => v == EnumNames.Of(OptimizerKind.Sgd)),
        "distillation-boxes" => ("distillation", v => double.Parse(v, CultureInfo.InvariantCulture) > 0),
        _ => null,
    };

    private static Setting Kind()
    {
        ScheduleKind[] kinds = [ScheduleKind.OneShot, ScheduleKind.Iterative];
        return new Setting
        {
            Key = Schedule,
            Type = new Choice([.. kinds.Select(k => new KeyValuePair<string, object>(EnumNames.Of(k), k))]),
            Description = "All at once, or a little again and again.",
        };
    }

    private static Setting InputSizes()
    {
        var sizes = SettingsSection.Of<VariantSettings>().Common.First(s => s.Key == InputSize);
        return sizes with { Type = ((Several)sizes.Type).Item, Description = "Edge of the square input in pixels, with the base detector's weights." };
    }

    private static Setting Levels()
    {
        var levels = SettingsSection.Of<TrajectorySettings>().Common.First(s => s.Key == "levels");
        return levels with { Key = Level, Type = ((Several)levels.Type).Item, Description = "Share of `pruning.target` to remove." };
    }
}
