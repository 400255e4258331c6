using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PruneSearch.Core;
using PruneSearch.Core.Settings;

namespace PruneSearch.Cli.Commands;

/// <summary>Options with numbers: read the same on every machine, and checked before anything starts.</summary>
internal static class NumberOption
{
    public static Option<int> Create(string name, string description, int standard, int least, int most) =>
        Create(name, description, standard, new SettingType.WholeNumber(least, most));

    public static Option<int> Create(string name, string description, int standard, SettingType.WholeNumber type) =>
        With(new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard }, type);

    public static Option<double> Create(string name, string description, double standard, SettingType.Number type) =>
        With(new Option<double>(name) { Description = description, DefaultValueFactory = _ => standard }, type);

    public static Option<float> Create(string name, string description, float standard, float least, float most) =>
        With(new Option<float>(name) { Description = description, DefaultValueFactory = _ => standard }, new SettingType.Number(least, most, false, false));

    public static Option<int?> Optional(string name, string description, int least, int most) =>
        Optional(name, description, new SettingType.WholeNumber(least, most));

    public static Option<int?> Optional(string name, string description, SettingType.WholeNumber type) =>
        With(new Option<int?>(name) { Description = description }, type);

    public static Option<double?> Optional(string name, string description, SettingType.Number type) =>
        With(new Option<double?>(name) { Description = description }, type);

    /// <summary>Several numbers, with blanks between them; none when left out.</summary>
    public static Option<double[]> Several(string name, string description, SettingType.Number each) => new(name)
    {
        Description = description,
        HelpName = "N",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.Select(t => Read(result, t.Value, each) is double number ? number : 0)],
    };

    /// <summary>The value of an option; an error when its text stands for none.</summary>
    /// <param name="result">Takes the error.</param>
    /// <param name="text">What the user wrote.</param>
    /// <param name="type">What it may be.</param>
    /// <param name="orElse">What else it may be, for the message.</param>
    public static object? Read(ArgumentResult result, string text, SettingType type, string orElse = "")
    {
        object? value = type.Parse(text);
        if (value is null)
        {
            string hint = type is SettingType.WholeNumber or SettingType.Number ? PlainNumber.Hint(text) : "";
            result.AddError($"{((OptionResult)result.Parent!).Option.Name} is '{ErrorText.OneLine(text)}', expected {type.Expected}{orElse}{hint}");
        }
        return value;
    }

    private static Option<T> With<T>(Option<T> option, SettingType type)
    {
        option.HelpName = "N";
        option.Arity = ArgumentArity.ExactlyOne;
        option.CustomParser = result => Read(result, result.Tokens[^1].Value, type) is { } value
            ? (T)Convert.ChangeType(value, Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T), CultureInfo.InvariantCulture) : default;
        return option;
    }
}
