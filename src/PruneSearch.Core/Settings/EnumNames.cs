using System.Collections.Concurrent;
using System.ComponentModel;
using System.Reflection;
using System.Text.Json;

namespace PruneSearch.Core.Settings;

/// <summary>The names of enumeration values as files, commands and stage keys have them: kebab case, or what stands beside the value.</summary>
public static class EnumNames
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<KeyValuePair<string, object>>> Known = new();

    /// <summary>The name of a value.</summary>
    public static string Of(Enum value) => All(value.GetType()).First(v => v.Value.Equals(value)).Key;

    /// <summary>All names of an enumeration, in the order of its values.</summary>
    public static IReadOnlyList<string> Of<T>()
        where T : struct, Enum => [.. All(typeof(T)).Select(v => v.Key)];

    /// <summary>The value of a name; <see langword="null"/> where there is none.</summary>
    public static T? Find<T>(string? name)
        where T : struct, Enum => All(typeof(T)).FirstOrDefault(v => v.Key == name).Value as T?;

    /// <summary>The value of a name.</summary>
    /// <exception cref="ArgumentException">There is no such value; the message lists those there are.</exception>
    public static T Parse<T>(string name)
        where T : struct, Enum => Find<T>(name)
            ?? throw new ArgumentException($"'{name}' is unknown, expected one of {string.Join(", ", Of<T>())}.");

    /// <summary>What stands beside a value for users; <see langword="null"/> where the name says it all.</summary>
    public static string? DescriptionOf(Enum value) => value.GetType().GetField(value.ToString())?.GetCustomAttribute<DescriptionAttribute>()?.Description;

    /// <summary>All names of an enumeration with their values, in the order of the values.</summary>
    internal static IReadOnlyList<KeyValuePair<string, object>> All(Type type) => Known.GetOrAdd(type, static t =>
        [.. Enum.GetValues(t).Cast<object>().Select(v => new KeyValuePair<string, object>(JsonSerializer.Serialize(v, t, CoreJson.Canonical).Trim('"'), v))]);
}
