using PruneSearch.Core.Settings;
using YamlDotNet.Core;

namespace PruneSearch.Client.SearchFiles.Schema;

/// <summary>The values of a mapping that was read, with where they stood.</summary>
/// <param name="form">Which form of them; <see langword="null"/> where there are none.</param>
/// <param name="start">Where it begins.</param>
/// <param name="path">Keys that lead to it, joined by dots; empty for the whole file.</param>
internal sealed class Values(SettingsSection section, string? form, Mark start, string path)
{
    private readonly Dictionary<string, (object Value, Mark At, string Path)> _values = new(StringComparer.Ordinal);

    /// <summary>Adds a value that was checked.</summary>
    public void Add(string key, object value, Mark at) => _values.Add(key, (value, at, Join(key)));

    /// <summary>These values, with those of another mapping instead where that one has them.</summary>
    public Values With(Values? others)
    {
        var merged = new Values(section, form, start, path);
        foreach (var (key, value) in _values.Where(v => others?.Has(v.Key) != true).Concat(others?._values ?? []))
        {
            merged._values.Add(key, value);
        }
        return merged;
    }

    /// <summary>Whether the key stood there.</summary>
    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>Where a key's value stood; the mapping's own place when it did not.</summary>
    public Mark At(string key) => _values.TryGetValue(key, out var found) ? found.At : start;

    /// <summary>Keys that lead to a key, joined by dots: those of the mapping where it stood.</summary>
    public string PathOf(string key) => _values.TryGetValue(key, out var found) ? found.Path : Join(key);

    /// <summary>The mapping at a key; an empty one when it did not stand there.</summary>
    public Values Mapping(string key) => _values.TryGetValue(key, out var found) ? (Values)found.Value
        : new Values(((SettingType.Mapping)section.All(form).First(s => s.Key == key).Type).Section, null, start, Join(key));

    /// <summary>The mappings of a list; none when it did not stand there.</summary>
    public IEnumerable<Values> Mappings(string key) => _values.TryGetValue(key, out var found) ? ((List<object>)found.Value).Cast<Values>() : [];

    /// <summary>The record that these are the settings of, with its defaults where nothing stood.</summary>
    /// <param name="reader">Finds the files that values name, and takes the errors.</param>
    public T Create<T>(DocumentReader reader) => (T)Create(reader);

    private object Create(DocumentReader reader) => section.All(form).Where(s => Has(s.Key)).Aggregate(
        section.Create(form), (record, setting) => setting.With(record, Converted(_values[setting.Key].Value, setting, reader)));

    private object Converted(object value, Setting setting, DocumentReader reader) => (value, setting.Type) switch
    {
        (Values mapping, _) => mapping.Create(reader),
        (List<object> items, SettingType.Domain) => SettingDomain.Of(items.Select(i => i is Values v ? v.Create(reader) : i)),
        (List<object> items, _) => items.ConvertAll(i => Converted(i, setting, reader)),
        (string text, SettingType.ExistingPath type) => reader.Find(setting.Key, text, type.Folder, At(setting.Key)),
        _ => value,
    };

    private string Join(string key) => path.Length == 0 ? key : $"{path}.{key}";
}
