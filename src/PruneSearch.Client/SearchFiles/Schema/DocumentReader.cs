using PruneSearch.Core;
using PruneSearch.Core.Settings;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PruneSearch.Client.SearchFiles.Schema;

/// <summary>Reads the nodes of a YAML document as the settings say and collects every error with its place.</summary>
/// <param name="file">The file, as the user named it.</param>
/// <param name="folders">Folders below which everything must lie that it names; <see langword="null"/> for anywhere.</param>
internal sealed class DocumentReader(string file, IReadOnlyList<string>? folders = null)
{
    private const int QuotedLength = 80;

    private readonly List<string> _errors = [];

    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Adds an error, once: variants inherit what is wrong with the file.</summary>
    public void Error(Mark at, string message)
    {
        string line = $"{file}:{at.Line}:{at.Column}: {message}";
        if (!_errors.Contains(line))
        {
            _errors.Add(line);
        }
    }

    /// <summary>The full path of a file or folder that a value names: relative to the search file's folder, and there.</summary>
    public string Find(string key, string text, bool folder, Mark at)
    {
        string path = Path.GetFullPath(text, Path.GetDirectoryName(Path.GetFullPath(file))!);
        if (folders?.Any(f => IsBelow(path, f)) == false)
        {
            // Whether it is there is nothing to be told about.
            string expected = folders.Count == 0 ? "none: only drawn pictures and random weights" : $"something below {string.Join(" or ", folders)}";
            Error(at, $"{key} '{text}' is not in a folder that may be named here, expected {expected}");
        }
        else if (folder ? !Directory.Exists(path) : !File.Exists(path))
        {
            Error(at, $"{key} '{text}' ({path}) does not exist, expected a {(folder ? "folder" : "file")}");
        }
        return path;
    }

    /// <summary>Reads a mapping, key by key, and collects what is wrong with each.</summary>
    /// <returns><see langword="null"/> when it is none, or of no known form.</returns>
    public Values? Mapping(YamlNode node, SettingsSection section, string path)
    {
        if (node is not YamlMappingNode mapping)
        {
            string expected = section.FormKey is { } key ? $"'{key.Key}'" : string.Join(", ", section.Common.Select(s => s.Key));
            Error(node.Start, $"{Here(path)} is {Describe(node)}, expected a mapping with {expected}");
            return null;
        }
        if (!TryForm(mapping, section, path, out string? form))
        {
            return null;
        }
        var settings = section.All(form);
        var values = new Values(section, form, mapping.Start, path);
        foreach (var (keyNode, valueNode) in mapping.Children)
        {
            string name = (keyNode as YamlScalarNode)?.Value ?? "";
            if (name == section.FormKey?.Key)
            {
                continue;
            }
            if (settings.FirstOrDefault(s => s.Key == name) is not { } setting)
            {
                string[] names = [.. section.FormKey is { } key ? [key.Key] : Array.Empty<string>(), .. settings.Select(s => s.Key)];
                Error(keyNode.Start, $"unknown key '{name}' in {Here(path)}, expected one of {string.Join(", ", names)}{Suggestion(name, names)}");
            }
            else if (Read(valueNode, setting.Type, Join(path, name)) is { } value)
            {
                values.Add(name, value, valueNode.Start);
            }
        }
        foreach (var setting in settings.Where(s => s.Required && Child(mapping, s.Key) is null))
        {
            Error(mapping.Start, $"{Here(path)} lacks '{setting.Key}', expected {setting.Type.Expected}");
        }
        return values;
    }

    private static bool IsBelow(string path, string folder)
    {
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        return path == root || path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }

    private bool TryForm(YamlMappingNode mapping, SettingsSection section, string path, out string? form)
    {
        form = section.FormKey?.Default as string;
        if (section.FormKey is not { } key)
        {
            return true;
        }
        if (Child(mapping, key.Key) is { } node)
        {
            form = ReadScalar(node, key.Type, Join(path, key.Key)) as string;
        }
        else if (form is null)
        {
            Error(mapping.Start, $"{path} lacks '{key.Key}', expected {key.Type.Expected}");
        }
        return form is not null;
    }

    private object? Read(YamlNode node, SettingType type, string path) => type switch
    {
        SettingType.Mapping m when m.Word is null || node is not YamlScalarNode => Mapping(node, m.Section, path),
        SettingType.Domain d => node is YamlMappingNode && d.Range is { } range ? Mapping(node, range, path) : ReadList(node, d.List, path, d.Expected),
        SettingType.Several s => ReadList(node, s, path),
        _ => ReadScalar(node, type, path),
    };

    private List<object>? ReadList(YamlNode node, SettingType.Several type, string path, string? expected = null)
    {
        if (type.OneAlone && node is YamlScalarNode)
        {
            return ReadScalar(node, type.Item, path) is { } alone ? [alone] : null;
        }
        if (node is not YamlSequenceNode sequence)
        {
            Error(node.Start, $"{path} is {Describe(node)}, expected {expected ?? type.Expected}");
            return null;
        }
        var items = new List<object>();
        for (int i = 0; i < sequence.Children.Count; i++)
        {
            var item = sequence.Children[i];
            if (Read(item, type.Item, $"{path}[{i}]") is not { } value)
            {
                continue;
            }
            if (items.Contains(value))
            {
                Error(item.Start, $"{path} has '{(item as YamlScalarNode)?.Value}' twice, expected different values");
            }
            items.Add(value);
        }
        if (sequence.Children.Count < type.Min)
        {
            string count = sequence.Children.Count == 1 ? "1 value" : $"{sequence.Children.Count} values";
            Error(node.Start, $"{path} has {count}, expected {type.Expected}");
        }
        return items;
    }

    private object? ReadScalar(YamlNode node, SettingType type, string path)
    {
        object? value = node is YamlScalarNode scalar ? ScalarReader.Parse(scalar, type) : null;
        if (value is null)
        {
            string text = (node as YamlScalarNode)?.Value ?? "";
            string suggestion = type switch
            {
                SettingType.Choice c => Suggestion(text, c.Words),
                SettingType.WholeNumber or SettingType.Number or SettingType.Flag when type.Parse(text) is not null => " without quotes",
                SettingType.WholeNumber or SettingType.Number => PlainNumber.Hint(text),
                SettingType.Mapping { Word: { } word } => Suggestion(text, word.Words),
                _ => "",
            };
            Error(node.Start, $"{path} is {Describe(node)}, expected {type.Expected}{suggestion}");
        }
        return value;
    }

    private static YamlNode? Child(YamlMappingNode mapping, string key) =>
        mapping.Children.FirstOrDefault(c => (c.Key as YamlScalarNode)?.Value == key).Value;

    private static string Suggestion(string word, IEnumerable<string> words) => Nearest.To(word, words) is { } near ? $"; did you mean '{near}'?" : "";

    private static string Describe(YamlNode node) => node switch
    {
        YamlMappingNode => "a mapping",
        YamlSequenceNode => "a list",
        YamlScalarNode { Value: "" or null } => "empty",
        YamlScalarNode s => $"'{(s.Value.Length > QuotedLength ? s.Value[..QuotedLength] + "…" : s.Value)}'",
        _ => "no value",
    };

    private static string Here(string path) => path.Length == 0 ? "the search file" : path;

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
