using System.CommandLine;
using PruneSearch.Core.Settings;

namespace PruneSearch.Cli.Commands;

/// <summary>Options for settings of a record: named, described and checked as the record says.</summary>
/// <typeparam name="T">The record.</typeparam>
internal sealed class SettingOptions<T>
    where T : class
{
    private readonly List<(Setting Setting, Option Option, Func<ParseResult, object?> Said)> _options;

    /// <summary>Options for all settings but some.</summary>
    /// <param name="without">Keys of those that the command has no use for.</param>
    public SettingOptions(params IReadOnlyList<string> without) =>
        _options = [.. SettingsSection.Of<T>().Common.Where(s => !without.Contains(s.Key)).Select(Of)];

    /// <summary>What the options are for, before what each of them says; empty where that says it all.</summary>
    public string Purpose
    {
        init
        {
            foreach (var option in All)
            {
                option.Description = value + option.Description;
            }
        }
    }

    public IEnumerable<Option> All => _options.Select(o => o.Option);

    public void AddTo(Command command)
    {
        foreach (var (_, option, _) in _options)
        {
            command.Add(option);
        }
    }

    /// <summary>What was said for a setting; <see langword="null"/> when it was left out.</summary>
    public object? Said(ParseResult parsed, string key) => _options.First(o => o.Setting.Key == key).Said(parsed);

    /// <summary>A record with what was said instead of what it says.</summary>
    public T Apply(ParseResult parsed, T record)
    {
        foreach (var (setting, _, said) in _options)
        {
            record = said(parsed) is { } value ? setting.With(record, value) : record;
        }
        return record;
    }

    /// <summary>As <see cref="Apply"/>, but <see langword="null"/> when nothing was said.</summary>
    public T? ApplyAny(ParseResult parsed, T record) => _options.Exists(o => o.Said(parsed) is not null) ? Apply(parsed, record) : null;

    private static (Setting, Option, Func<ParseResult, object?>) Of(Setting setting)
    {
        string name = SettingOption.NameOf(setting), description = SettingOption.TextOf(setting);
        if (setting.Type is SettingType.Several several)
        {
            var list = new Option<object[]>(name)
            {
                Description = description,
                AllowMultipleArgumentsPerToken = true,
                CustomParser = result => [.. result.Tokens.Select(t => NumberOption.Read(result, t.Value, several.Item)).OfType<object>()],
            };
            return (setting, list, p => p.GetValue(list) is { Length: > 0 } items ? items : null);
        }
        var option = new Option<object?>(name)
        {
            Description = $"{description}: {setting.Type.Expected}",
            HelpName = setting.Type is SettingType.WholeNumber or SettingType.Number ? "N" : null,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => NumberOption.Read(result, result.Tokens[^1].Value, setting.Type),
        };
        return (setting, option, p => p.GetValue(option));
    }
}
