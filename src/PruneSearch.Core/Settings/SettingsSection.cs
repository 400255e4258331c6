using System.Globalization;
using System.Reflection;

namespace PruneSearch.Core.Settings;

/// <summary>The settings of a record: the properties with a description, in the order in which they stand there.</summary>
public sealed record SettingsSection
{
    /// <summary>Those that every form has; all of them where there are no forms.</summary>
    public required IReadOnlyList<Setting> Common { get; init; }

    /// <summary>The setting whose value says which form it is; <see langword="null"/> where there are no forms.</summary>
    public Setting? FormKey { get; init; }

    /// <summary>The forms, with the settings that only they have.</summary>
    public IReadOnlyList<(string Word, IReadOnlyList<Setting> Own, object Defaults)> Forms { get; init; } = [];

    /// <summary>Where the defaults of a form belong in the record; nowhere stands for the record itself.</summary>
    internal IReadOnlyList<PropertyInfo> FormPath { get; init; } = [];

    /// <summary>The type of the record.</summary>
    public required Type Type { get; init; }

    /// <summary>The record with all its defaults; <see langword="null"/> where only its forms have one.</summary>
    internal object? Defaults { get; init; }

    /// <summary>The settings of a record, as they stand on it.</summary>
    public static SettingsSection Of<T>() => SettingsReflection.Section(typeof(T), null);

    /// <summary>Checks the numbers of a record that did not come from a file.</summary>
    /// <exception cref="ArgumentException">One is outside its range; the message says which, and the range.</exception>
    public static void RequireRanges<T>(T record)
        where T : class
    {
        foreach (var setting in Of<T>().Common)
        {
            if (setting.Get(record) is { } value && !setting.Type.Allows(value))
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{setting.Key} is {value}, expected {setting.Type.Expected}"));
            }
        }
    }

    /// <summary>All settings of one form.</summary>
    /// <param name="form">The word of the form; <see langword="null"/> where there are none.</param>
    public IReadOnlyList<Setting> All(string? form) => form is null ? Common : [.. Forms.First(f => f.Word == form).Own, .. Common];

    /// <summary>A record with the defaults of every setting. What is required has no value yet.</summary>
    /// <param name="form">The word of the form; <see langword="null"/> where there are none.</param>
    public object Create(string? form) => form is null ? Copying.Of(Defaults!)
        : Copying.With(Defaults!, FormPath, Copying.Of(Forms.First(f => f.Word == form).Defaults));

    /// <summary>The same settings, of which only some are required.</summary>
    public SettingsSection Requiring(Func<Setting, bool> required) =>
        this with { Common = [.. Common.Select(s => s with { Required = s.Required && required(s) })] };
}
