using System.CommandLine;
using System.CommandLine.Parsing;

namespace PruneSearch.Cli.Commands;

/// <summary>Refuses arguments and options that are there and say nothing, such as an unset variable of a shell leaves.</summary>
internal static class EmptyTexts
{
    /// <summary>Adds the check to a command and those below it.</summary>
    public static void Refuse(Command command)
    {
        foreach (var option in command.Options)
        {
            option.Validators.Add(r => Check(r, option.Name, option.HelpName));
        }
        foreach (var argument in command.Arguments)
        {
            argument.Validators.Add(r => Check(r, argument.Name, argument.HelpName));
        }
        foreach (var below in command.Subcommands)
        {
            Refuse(below);
        }
    }

    private static void Check(SymbolResult result, string name, string? expected)
    {
        if (result.Tokens.Any(t => string.IsNullOrWhiteSpace(t.Value)))
        {
            result.AddError($"{name} is empty, expected {expected ?? "a value"}");
        }
    }
}
