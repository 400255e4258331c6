using System.Text.Json.Serialization;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;
using static PruneSearch.Core.Settings.SettingType;

namespace PruneSearch.Core.Searches;

/// <summary>What one setting may be.</summary>
/// <param name="Key">Its key in the space.</param>
/// <param name="Domain">The values.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.DimensionSettings")]
public sealed record DimensionSettings([property: Id(0)] string Key, [property: Id(1)] SettingDomain Domain);

/// <summary>What a search that grows may choose: for settings of pruning, fine-tuning and schedules the values that they may have.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.SpaceSettings")]
public sealed record SpaceSettings : IHasSection
{
    private static readonly SettingsSection Keys = new()
    {
        Type = typeof(SpaceSettings),
        Defaults = new SpaceSettings(),
        Common = [.. SpaceKey.All.Select(k => new Setting
        {
            Key = k.Setting.Key,
            Type = new Domain(k.InSpace),
            Description = k.Setting.Description,
            Required = k.Setting.Key == SpaceKey.Level,
            Origin = k.Origin == SpaceKey.Trajectories ? null : k.Origin,
            Access = new(s => ((SpaceSettings)s).Find(k.Setting.Key), (s, v) => ((SpaceSettings)s).With(k.Setting.Key, (SettingDomain)v!)),
        })],
    };

    /// <inheritdoc/>
    public static SettingsSection Section => Keys;

    /// <summary>The settings that may be chosen, each once; those that others depend upon stand before them.</summary>
    [Id(0)]
    public IReadOnlyList<DimensionSettings> Dimensions { get; init; } = [];

    /// <summary>The largest level that may be chosen.</summary>
    [JsonIgnore]
    public double HighestLevel => Find(SpaceKey.Level)?.Highest ?? 0;

    /// <summary>Input sizes that may be chosen, in pixels; none where it is that of the base detector.</summary>
    [JsonIgnore]
    public IReadOnlyList<int> InputSizes => [.. Find(SpaceKey.InputSize)?.Values.Select(v => PlainNumber.ParseWhole(v)!.Value) ?? []];

    /// <summary>What a setting may be; <see langword="null"/> where the space does not have it.</summary>
    public SettingDomain? Find(string key) => Dimensions.FirstOrDefault(d => d.Key == key)?.Domain;

    /// <summary>The space as strategies see it.</summary>
    public SearchSpace ToSpace() => new() { Hyperparameters = [.. Dimensions.Select(ToHyperparameter)] };

    /// <summary>Values of the setting that another one needs to count; <see langword="null"/> where it always counts.</summary>
    /// <param name="key">The other one.</param>
    /// <returns>Key of the setting, and its values, which may be none.</returns>
    public Condition? ConditionOf(string key) => SpaceKey.Needs(key) is { } needs && Find(needs.Key) is { IsRange: false } domain
        ? new Condition(needs.Key, [.. domain.Values.Where(needs.Counts)]) : null;

    /// <summary>Of the ways to prune that may be chosen, those that can remove least: whatever they reach, all reach.</summary>
    /// <param name="prune">How to prune, where the space leaves it open.</param>
    public IReadOnlyList<PruneSettings> Tightest(PruneSettings prune)
    {
        IEnumerable<PruneSettings> all = [prune];
        foreach (var key in SpaceKey.All.Where(k => k.Origin == SpaceKey.Pruning))
        {
            if (Find(key.Setting.Key) is { } domain)
            {
                object?[] values = key.Setting.Key switch
                {
                    "max-group-ratio" => [domain.Lowest],
                    "min-width" or "round-to" => [(int)domain.Highest],
                    "groups" or "protect" or "target" => [.. domain.Values.Select(v => SettingText.Parse(v, key.InSpace))],
                    _ => [key.Setting.Get(prune)],
                };
                all = all.SelectMany(p => values.Select(v => key.Setting.With(p, v)));
            }
        }
        return [.. all];
    }

    /// <summary>The first setting of the space with a value that blocks cannot be weighed with, and why; <see langword="null"/> where there is none.</summary>
    /// <param name="prune">How to prune, where the space leaves it open.</param>
    public (string Key, string Problem)? BlockProblem(PruneSettings prune)
    {
        foreach (string key in (string[])["criterion", "compensate", "ranking", "normalisation"])
        {
            var (domain, setting) = (Find(key), SpaceKey.Find(key));
            foreach (var one in Tightest(prune).SelectMany(p => domain is null ? [p]
                : domain.Values.Select(v => setting.Setting.With(p, SettingText.Parse(v, setting.InSpace)))))
            {
                if (domain is not null && one.BlockProblem is { } problem)
                {
                    return (key, problem);
                }
            }
        }
        return null;
    }

    private Hyperparameter ToHyperparameter(DimensionSettings dimension)
    {
        var (key, domain, when) = (dimension.Key, dimension.Domain, ConditionOf(dimension.Key));
        bool log = domain.Scale == DomainScale.Log;
        return (SpaceKey.Find(key).Setting.Type, domain.IsRange) switch
        {
            (WholeNumber, true) => new WholeHyperparameter { Name = key, When = when, From = (int)domain.From, To = (int)domain.To, Log = log },
            (_, true) => new RealHyperparameter { Name = key, When = when, From = domain.From, To = domain.To, Log = log },
            (WholeNumber or Number, _) => new ChoiceHyperparameter
            {
                Name = key,
                When = when,
                Ordered = true,
                Values = [.. domain.Values.OrderBy(v => PlainNumber.Parse(v))],
            },
            _ => new ChoiceHyperparameter { Name = key, When = when, Values = domain.Values },
        };
    }

    private SpaceSettings With(string key, SettingDomain domain) => this with { Dimensions = [.. Dimensions, new(key, domain)] };

}
