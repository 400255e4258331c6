using System.CommandLine;
using System.Globalization;

namespace PruneSearch.Cli.Commands;

/// <summary>Options with a number whose range is checked before anything starts.</summary>
internal static class NumberOption
{
    /// <summary>An option with a default.</summary>
    public static Option<T> Create<T>(string name, string description, T standard, T least, T most)
        where T : struct, IComparable<T>, IFormattable => Checked(new Option<T>(name) { Description = description, DefaultValueFactory = _ => standard, HelpName = "N" }, least, most);

    /// <summary>An option that may be left out.</summary>
    public static Option<T?> Optional<T>(string name, string description, T least, T most)
        where T : struct, IComparable<T>, IFormattable => Checked(new Option<T?>(name) { Description = description, HelpName = "N" }, least, most);

    private static Option<TValue> Checked<TValue, T>(Option<TValue> option, T least, T most)
        where T : struct, IComparable<T>, IFormattable
    {
        option.Validators.Add(result =>
        {
            // What is no number at all is told by the parser itself.
            if (result.Tokens is [var token] && result.GetValueOrDefault<TValue>() is T value && !(value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0))
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} is {token.Value}, expected a number from {least} to {most}"));
            }
        });
        return option;
    }
}
