using System.Globalization;
using PruneSearch.Core;
using PruneSearch.Core.Files;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace PruneSearch.Connections.Configuration;

/// <summary>
/// Settings of a process: the command line beats the environment (<c>PRUNESEARCH_SILO_PORT</c>), which beats a YAML file
/// (<c>silo-port: 11111</c>). Errors name the place where a value stands.
/// </summary>
public sealed class Settings
{
    /// <summary>What the names of environment variables begin with.</summary>
    public const string Prefix = "PRUNESEARCH_";

    private const int MaxBytes = 1 << 20;

    private readonly Dictionary<string, (string Value, string Source)> _values;

    private Settings(Dictionary<string, (string Value, string Source)> values, IReadOnlyList<string> warnings) =>
        (_values, Warnings) = (values, warnings);

    /// <summary>Secrets that others can read, one line each, with what to do about it and without the secret.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads file, environment and command line: of a key that stands in several, what the later of these says holds.</summary>
    /// <param name="file">The YAML file, or <see langword="null"/>.</param>
    /// <param name="commandLine">Options by key; those that were not given are <see langword="null"/>.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <param name="keys">All keys that there are.</param>
    /// <exception cref="SettingsException">The file cannot be read or has a key that there is not.</exception>
    public static Settings Read(
        string? file, IReadOnlyDictionary<string, string?> commandLine, Func<string, string?> environment, IReadOnlyCollection<string> keys)
    {
        var values = new Dictionary<string, (string Value, string Source)>(StringComparer.Ordinal);
        var fromFile = file is null ? [] : ReadFile(file, keys);
        foreach (var (key, value) in fromFile)
        {
            values[key] = (value, $"{file}: {key}");
        }
        foreach (string key in keys)
        {
            string variable = Variable(key);
            if (environment(variable) is { Length: > 0 } set)
            {
                values[key] = (set, variable);
            }
            if (commandLine.GetValueOrDefault(key) is { } given)
            {
                values[key] = (given, $"--{key}");
            }
        }
        return new Settings(values, [.. Secret.Exposed(file, fromFile.Values, commandLine)]);
    }

    /// <summary>Name of the environment variable of a key.</summary>
    public static string Variable(string key) => Prefix + key.ToUpperInvariant().Replace('-', '_');

    /// <summary>A text, or <see langword="null"/> when it is not set.</summary>
    public string? Text(string key) => _values.TryGetValue(key, out var found) ? found.Value : null;

    /// <summary>A text that must be set.</summary>
    /// <exception cref="SettingsException">It is not.</exception>
    public string Required(string key, string expected) => Text(key)
        ?? throw new SettingsException($"'{key}' is not set, expected {expected}: give --{key}, {Variable(key)} or a line in the configuration file");

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>; <paramref name="otherwise"/> where nobody said it.</summary>
    /// <exception cref="SettingsException">It is none, or out of range.</exception>
    public int Number(string key, int otherwise, int min, int max) => Parsed(key, otherwise, $"a whole number from {min} to {max}",
        text => PlainNumber.ParseWhole(text) is { } number && number >= min && number <= max ? number : null, PlainNumber.Hint);

    /// <summary>Seconds, as a number.</summary>
    /// <exception cref="SettingsException">It is none, or out of range.</exception>
    public TimeSpan Seconds(string key, TimeSpan otherwise, double min, double max) =>
        Parsed(key, otherwise, string.Create(CultureInfo.InvariantCulture, $"{min} to {max} seconds"),
        text => PlainNumber.Parse(text) is { } number && number >= min && number <= max ? TimeSpan.FromSeconds(number) : null, PlainNumber.Hint);

    /// <summary><c>true</c> or <c>false</c>.</summary>
    /// <exception cref="SettingsException">It is neither.</exception>
    public bool Flag(string key, bool otherwise) => Parsed(key, otherwise, "true or false", text => bool.TryParse(text, out bool flag) ? flag : null);

    /// <summary>One of the names of an enumeration, in lower case.</summary>
    /// <exception cref="SettingsException">It is none of them.</exception>
    public T Choice<T>(string key, T otherwise)
        where T : struct, Enum => Parsed(key, otherwise, string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant(),
            text => Enum.GetNames<T>().FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name ? Enum.Parse<T>(name) : null);

    /// <summary>What <paramref name="parse"/> makes of a value.</summary>
    /// <exception cref="SettingsException">It makes nothing of it.</exception>
    public T Parsed<T>(string key, T otherwise, string expected, Func<string, T?> parse, Func<string, string>? hint = null)
        where T : struct => _values.TryGetValue(key, out var found)
            ? parse(found.Value) ?? throw Wrong(found, expected + hint?.Invoke(found.Value)) : otherwise;

    /// <summary>Runs what uses a value, and says where the value stands when it is refused.</summary>
    /// <exception cref="SettingsException">It was.</exception>
    public T Using<T>(string key, Func<T> use)
    {
        try
        {
            return use();
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new SettingsException($"{(_values.TryGetValue(key, out var found) ? found.Source : key)}: {e.Message}", e);
        }
    }

    private static SettingsException Wrong((string Value, string Source) found, string expected) =>
        new($"{found.Source}: '{found.Value}' is not right, expected {expected}");

    private static Dictionary<string, string> ReadFile(string file, IReadOnlyCollection<string> keys)
    {
        Dictionary<string, string?> values;
        try
        {
            values = new DeserializerBuilder().Build().Deserialize<Dictionary<string, string?>?>(TextFile.Read(file, MaxBytes)) ?? [];
        }
        catch (YamlException e)
        {
            throw new SettingsException($"{file}:{e.Start.Line}: expected lines of the form 'key: value' ({e.InnerException?.Message ?? e.Message})", e);
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            throw new SettingsException(e.Message, e);
        }
        string? unknown = values.Keys.FirstOrDefault(k => !keys.Contains(k));
        return unknown is null
            ? values.Where(v => v.Value is not null).ToDictionary(v => v.Key, v => v.Value!)
            : throw new SettingsException($"{file}: there is no setting '{unknown}', expected one of {string.Join(", ", keys.Order())}");
    }
}
