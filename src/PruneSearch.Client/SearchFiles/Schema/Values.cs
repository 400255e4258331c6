using System.Globalization;
using YamlDotNet.Core;

namespace PruneSearch.Client.SearchFiles.Schema;

/// <summary>The values of a mapping that was read, with where they stood.</summary>
/// <param name="section">Its keys.</param>
/// <param name="start">Where it begins.</param>
/// <param name="path">Keys that lead to it, joined by dots; empty for the whole file.</param>
internal sealed class Values(Section section, Mark start, string path = "")
{
    private readonly Dictionary<string, (object Value, Mark At, string Path)> _values = new(StringComparer.Ordinal);

    /// <summary>Adds a value that was checked.</summary>
    public void Add(string name, object value, Mark at) => _values.Add(name, (value, at, Join(name)));

    /// <summary>These values, with those of another mapping instead where that one has them.</summary>
    public Values With(Values? others)
    {
        if (others is null)
        {
            return this;
        }
        var merged = new Values(section, start, path);
        foreach (var (name, value) in _values.Where(v => !others.Has(v.Key)).Concat(others._values))
        {
            merged._values.Add(name, value);
        }
        return merged;
    }

    /// <summary>Whether the key stood there.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Where a key's value stood; the mapping's own place when it did not.</summary>
    public Mark At(string name) => _values.TryGetValue(name, out var found) ? found.At : start;

    /// <summary>Keys that lead to a key, joined by dots: those of the mapping where it stood.</summary>
    public string PathOf(string name) => _values.TryGetValue(name, out var found) ? found.Path : Join(name);

    /// <summary>The value or its default; <see langword="null"/> when there is neither.</summary>
    public T? Optional<T>(string name)
        where T : class => Find(name) as T;

    /// <summary>The value or its default; <see langword="null"/> when there is neither.</summary>
    public T? OptionalValue<T>(string name)
        where T : struct => Find(name) is { } value ? (T)Convert.ChangeType(value, typeof(T), CultureInfo.InvariantCulture) : null;

    /// <summary>The value or its default, one of which there is.</summary>
    public string Text(string name) => Optional<string>(name) ?? throw new InvalidOperationException($"Key '{name}' has neither a value nor a default.");

    /// <summary>The value or its default, one of which there is.</summary>
    public T Value<T>(string name)
        where T : struct => OptionalValue<T>(name) ?? throw new InvalidOperationException($"Key '{name}' has neither a value nor a default.");

    /// <summary>An enum's value from its kebab-case word.</summary>
    public T Word<T>(string name)
        where T : struct, Enum => Words.Parse<T>(Text(name));

    /// <summary>The items of a list or its default; empty when there is neither.</summary>
    public IReadOnlyList<T> List<T>(string name) => Find(name) is System.Collections.IEnumerable items ? [.. items.Cast<T>()] : [];

    private string Join(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private object? Find(string name) => _values.TryGetValue(name, out var found) ? found.Value
        : section.Find(name) is { } key ? key.Default : throw new InvalidOperationException($"The section has no key '{name}'.");
}

/// <summary>Enum values as the words of the search file: kebab case.</summary>
internal static class Words
{
    /// <summary>All words of an enum.</summary>
    public static IReadOnlyList<string> Of<T>(params T[] except)
        where T : struct, Enum => [.. Enum.GetValues<T>().Except(except).Select(v => Of(v))];

    /// <summary>The word of a value.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    /// <summary>The value of a word.</summary>
    public static T Parse<T>(string word)
        where T : struct, Enum => Enum.GetValues<T>().First(v => Of(v) == word);
}
