using System.Reflection;

namespace PruneSearch.Core.Settings;

/// <summary>A setting as it stands on its record: its key, what may be its value, and what holds when it is left out.</summary>
public sealed record Setting
{
    /// <summary>The name of its property in kebab case, unless <see cref="SettingKeyAttribute"/> says another.</summary>
    public required string Key { get; init; }

    /// <summary>What may be its value.</summary>
    public required SettingType Type { get; init; }

    /// <summary>For users: the guide, editors, the help of commands.</summary>
    public required string Description { get; init; }

    /// <summary>Whether it must be said.</summary>
    public bool Required { get; init; }

    /// <summary>Its value when it is left out: text, a number, true or false, or an array of text; <see langword="null"/> for none.</summary>
    public object? Default { get; init; }

    /// <summary>The properties that lead from the record to the value: one, or more where records are inline.</summary>
    internal IReadOnlyList<PropertyInfo> Path { get; init; } = [];

    /// <summary>How the value is read and written where no property is the setting; <see langword="null"/> where one is.</summary>
    internal SettingAccess? Access { get; init; }

    /// <summary>Key of the section whose setting this one gives values to, under the same key; <see langword="null"/> where there is none.</summary>
    public string? Origin { get; init; }

    /// <summary>The value in a record.</summary>
    public object? Get(object record) => Access is { } access ? access.Get(record)
        : Path.Aggregate((object?)record, (value, property) => value is null ? null : property.GetValue(value));

    /// <summary>A copy of a record with another value of this setting.</summary>
    /// <param name="record">A record with this setting.</param>
    /// <param name="value">What <see cref="SettingType"/> accepts; items of a list in any collection.</param>
    public T With<T>(T record, object? value)
        where T : class => (T)(Access is { } access ? access.With(record, value) : Copying.With(record, Path, value));
}

/// <summary>How a value is read from a record and put into a copy of it.</summary>
internal sealed record SettingAccess(Func<object, object?> Get, Func<object, object?, object> With);
