using System.CommandLine;
using PruneSearch.Core.Settings;

namespace PruneSearch.Cli.Commands;

/// <summary>Options that stand for one setting of a record: named, described and checked as the record says.</summary>
internal static class SettingOption
{
    /// <summary>An option for a whole number.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="key">Key of the setting.</param>
    public static Option<int> WholeNumber<T>(string key) =>
        NumberOption.Create(NameOf(Of<T>(key)), TextOf(Of<T>(key)), (int)Of<T>(key).Default!, (SettingType.WholeNumber)Of<T>(key).Type);

    /// <summary>An option for a number.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="key">Key of the setting.</param>
    /// <param name="standard">Its value when it is left out: where a command has more to do than a stage, that is another one than the record's.</param>
    public static Option<double> Number<T>(string key, double standard) =>
        NumberOption.Create(NameOf(Of<T>(key)), TextOf(Of<T>(key)), standard, (SettingType.Number)Of<T>(key).Type);

    /// <summary>An option for one of several words.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="key">Key of the setting.</param>
    public static Option<string?> Choice<T>(string key) =>
        ChoiceOption.Create(NameOf(Of<T>(key)), TextOf(Of<T>(key)), ((SettingType.Choice)Of<T>(key).Type).Words, (string)Of<T>(key).Default!);

    /// <summary>A setting of a record by its key.</summary>
    public static Setting Of<T>(string key) => SettingsSection.Of<T>().Common.First(s => s.Key == key);

    /// <summary>What its option is called.</summary>
    public static string NameOf(Setting setting) => "--" + setting.Key;

    /// <summary>Its description as the help of commands has them.</summary>
    public static string TextOf(Setting setting) => setting.Description.Replace("`", "", StringComparison.Ordinal).TrimEnd('.');
}
