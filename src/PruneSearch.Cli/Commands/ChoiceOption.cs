using System.CommandLine;
using PruneSearch.Core.Settings;

namespace PruneSearch.Cli.Commands;

/// <summary>Options with one of several words.</summary>
internal static class ChoiceOption
{
    /// <summary>One word.</summary>
    /// <param name="description">What it chooses.</param>
    /// <param name="words">What there is to choose from.</param>
    /// <param name="standard">What is chosen when it is left out.</param>
    public static Option<string?> Create(string name, string description, IEnumerable<string> words, string? standard = null)
    {
        var type = Type(words);
        return new(name)
        {
            Description = $"{description}: {string.Join(", ", type.Words)}",
            Arity = ArgumentArity.ExactlyOne,
            DefaultValueFactory = _ => standard,
            CustomParser = result => (string?)NumberOption.Read(result, result.Tokens[^1].Value, type),
        };
    }

    /// <summary>Some of the words; all of them when it is left out.</summary>
    public static Option<string[]> Several(string name, string description, IEnumerable<string> words)
    {
        var type = Type(words);
        return new(name)
        {
            Description = $"{description}: {string.Join(", ", type.Words)}",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. type.Words],
            CustomParser = result => [.. result.Tokens.Select(t => NumberOption.Read(result, t.Value, type)).OfType<string>()],
        };
    }

    private static SettingType.Choice Type(IEnumerable<string> words) => new([.. words.Select(w => new KeyValuePair<string, object>(w, w))]);
}
