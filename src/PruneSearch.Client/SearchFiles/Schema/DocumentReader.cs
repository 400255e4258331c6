using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using static PruneSearch.Client.SearchFiles.Schema.KeyType;

namespace PruneSearch.Client.SearchFiles.Schema;

/// <summary>Reads the nodes of a YAML document as the keys say and collects every error with its place.</summary>
internal sealed class DocumentReader(string file)
{
    private readonly List<string> _errors = [];

    /// <summary>What was wrong so far.</summary>
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

    /// <summary>Reads a mapping.</summary>
    /// <returns><see langword="null"/> when it is none.</returns>
    public Values? Mapping(YamlNode node, Section section, string path, string? discriminator = null)
    {
        if (node is not YamlMappingNode mapping)
        {
            Error(node.Start, $"{Here(path)} is {Describe(node)}, expected a mapping with {KeyList(section)}");
            return null;
        }
        var values = new Values(section, mapping.Start, path);
        foreach (var (keyNode, valueNode) in mapping.Children)
        {
            string name = (keyNode as YamlScalarNode)?.Value ?? "";
            if (name == discriminator)
            {
                continue;
            }
            if (section.Find(name) is not { } key)
            {
                Error(keyNode.Start, $"unknown key '{name}' in {Here(path)}, expected {Expected(name, section, discriminator)}");
            }
            else if (Read(valueNode, key.Type, Join(path, name)) is { } value)
            {
                values.Add(name, value, valueNode.Start);
            }
        }
        foreach (var key in section.Keys.Where(k => k.Required && !mapping.Children.Keys.Any(c => (c as YamlScalarNode)?.Value == k.Name)))
        {
            Error(mapping.Start, $"{Here(path)} lacks '{key.Name}', expected {Describe(key.Type)}");
        }
        return values;
    }

    private object? Read(YamlNode node, KeyType type, string path) => type switch
    {
        KeyType.Mapping m => Mapping(node, m.Section, path),
        Variant v => ReadVariant(node, v, path),
        Several s => ReadList(node, s, path),
        _ => ReadScalar(node, type, path),
    };

    private VariantValues? ReadVariant(YamlNode node, Variant variant, string path)
    {
        var values = variant.Variants.Select(v => v.Value).ToList();
        if (node is not YamlMappingNode mapping)
        {
            Error(node.Start, $"{path} is {Describe(node)}, expected a mapping with '{variant.Discriminator}'");
            return null;
        }
        var found = mapping.Children.FirstOrDefault(c => (c.Key as YamlScalarNode)?.Value == variant.Discriminator).Value;
        if (found is null)
        {
            Error(mapping.Start, $"{path} lacks '{variant.Discriminator}', expected one of {string.Join(", ", values)}");
            return null;
        }
        return ReadScalar(found, new Choice(values), Join(path, variant.Discriminator)) is string word
            && Mapping(node, variant.Variants.First(v => v.Value == word).Section, path, variant.Discriminator) is { } read
            ? new VariantValues(word, read) : null;
    }

    private List<object>? ReadList(YamlNode node, Several type, string path)
    {
        if (node is not YamlSequenceNode sequence)
        {
            Error(node.Start, $"{path} is {Describe(node)}, expected {Describe(type)}");
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
            Error(node.Start, $"{path} has {Count(sequence.Children.Count)}, expected {Describe(type)}");
        }
        return items;
    }

    private object? ReadScalar(YamlNode node, KeyType type, string path)
    {
        object? value = node is YamlScalarNode scalar ? ScalarReader.Parse(scalar, type) : null;
        if (value is null)
        {
            Error(node.Start, $"{path} is {Describe(node)}, expected {Describe(type)}{Suggestion(node, type)}");
        }
        return value;
    }

    private static string Suggestion(YamlNode node, KeyType type) =>
        type is Choice c && Nearest.To((node as YamlScalarNode)?.Value ?? "", c.Values) is { } near ? $"; did you mean '{near}'?" : "";

    private static string Expected(string name, Section section, string? discriminator)
    {
        string[] names = [.. discriminator is null ? [] : new[] { discriminator }, .. section.Keys.Select(k => k.Name)];
        string all = "one of " + string.Join(", ", names);
        return Nearest.To(name, names) is { } near ? $"{all}; did you mean '{near}'?" : all;
    }

    private static string Describe(YamlNode node) => node switch
    {
        YamlMappingNode => "a mapping",
        YamlSequenceNode => "a list",
        YamlScalarNode { Value: "" or null } => "empty",
        YamlScalarNode s => $"'{(s.Value.Length > 80 ? s.Value[..80] + "…" : s.Value)}'",
        _ => "no value",
    };

    /// <summary>What a type accepts, for messages and the guide.</summary>
    public static string Describe(KeyType type) => type switch
    {
        Text t => $"text of 1 to {t.MaxLength} characters",
        Identifier i => $"a name of 1 to {i.MaxLength} letters, digits and hyphens that begins with a letter",
        FilePath => "a path relative to the search file",
        Choice c => c.Values.Count == 1 ? c.Values[0] : $"one of {string.Join(", ", c.Values)}",
        Integer i => i.Max == int.MaxValue ? $"a whole number of at least {i.Min}" : $"a whole number from {i.Min} to {i.Max}",
        Number n => string.Create(CultureInfo.InvariantCulture, $"a number {(n.MinExclusive ? "above" : "from")} {n.Min} {(n.MaxExclusive ? "and below" : n.MinExclusive ? "and at most" : "to")} {n.Max}"),
        Flag => "true or false",
        Several s => $"a list of {(s.Min > 1 ? $"at least {s.Min} different values" : s.Min == 1 ? "one or more" : "any length")}, each {Describe(s.Item)}",
        KeyType.Mapping m => $"a mapping with {KeyList(m.Section)}",
        Variant v => $"a mapping with '{v.Discriminator}' ({string.Join(", ", v.Variants.Select(x => x.Value))})",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown type"),
    };

    private static string Count(int items) => items == 1 ? "1 value" : $"{items} values";

    private static string KeyList(Section section) => string.Join(", ", section.Keys.Select(k => k.Name));

    private static string Here(string path) => path.Length == 0 ? "the search file" : path;

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}

/// <summary>A mapping whose keys depended on a word.</summary>
internal sealed record VariantValues(string Word, Values Values);
