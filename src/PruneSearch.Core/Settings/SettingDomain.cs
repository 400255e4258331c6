using System.Text.Json.Serialization;

namespace PruneSearch.Core.Settings;

/// <summary>How a range is searched.</summary>
public enum DomainScale
{
    /// <summary>Equal differences count alike.</summary>
    Linear,

    /// <summary>Equal ratios count alike.</summary>
    Log,
}

/// <summary>What a setting may be in a space: everything in a range, or one of several values.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.SettingDomain")]
public sealed record SettingDomain
{
    /// <summary>Smallest value of a range.</summary>
    [Id(0)]
    public double From { get; init; }

    /// <summary>Largest value of a range.</summary>
    [Id(1)]
    public double To { get; init; }

    /// <summary>How the range is searched.</summary>
    [Id(2)]
    public DomainScale Scale { get; init; }

    /// <summary>The values, see <see cref="SettingText"/>; none for a range.</summary>
    [Id(3)]
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>Whether it is a range.</summary>
    [JsonIgnore]
    public bool IsRange => Values.Count == 0;

    /// <summary>The smallest number that it has; only for numbers.</summary>
    [JsonIgnore]
    public double Lowest => IsRange ? From : Values.Min(v => PlainNumber.Parse(v)!.Value);

    /// <summary>The largest number that it has; only for numbers.</summary>
    [JsonIgnore]
    public double Highest => IsRange ? To : Values.Max(v => PlainNumber.Parse(v)!.Value);

    /// <summary>The domain of several values of a setting.</summary>
    public static SettingDomain Of(IEnumerable<object> values) => new() { Values = [.. values.Select(SettingText.Of)] };

    /// <summary>The keys of a range of numbers; <see langword="null"/> for settings that are no numbers.</summary>
    internal static SettingsSection? RangeOf(SettingType number) =>
        number is SettingType.Number or SettingType.WholeNumber { ListsOnly: false } ? Range(number) : null;

    private static SettingsSection Range(SettingType number) => new()
    {
        Type = typeof(SettingDomain),
        Defaults = new SettingDomain(),
        Common =
        [
            Bound("from", number, "Smallest value.", d => d.From, (d, v) => d with { From = v }),
            Bound("to", number, "Largest value.", d => d.To, (d, v) => d with { To = v }),
            new Setting
            {
                Key = "scale",
                Type = new SettingType.Choice(EnumNames.All(typeof(DomainScale))),
                Description = "Whether equal differences or equal ratios count alike.",
                Default = EnumNames.Of(DomainScale.Linear),
                Access = new(d => ((SettingDomain)d).Scale, (d, v) => ((SettingDomain)d) with { Scale = (DomainScale)v! }),
            },
        ],
    };

    private static Setting Bound(
        string key, SettingType type, string description, Func<SettingDomain, double> get, Func<SettingDomain, double, SettingDomain> with) => new()
        {
            Key = key,
            Type = type,
            Description = description,
            Required = true,
            Access = new(d => get((SettingDomain)d), (d, v) => with((SettingDomain)d, Convert.ToDouble(v, System.Globalization.CultureInfo.InvariantCulture))),
        };
}
