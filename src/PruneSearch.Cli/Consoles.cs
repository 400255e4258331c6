using Spectre.Console;

namespace PruneSearch.Cli;

/// <summary>Where tables go.</summary>
internal static class Consoles
{
    private const int PlainWidth = 160;

    /// <summary>A console on a context's output: colours and the terminal's width, or plain text of a fixed width.</summary>
    public static IAnsiConsole For(CliContext context)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = context.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = context.IsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(context.Output),
        });
        if (!context.IsTerminal)
        {
            console.Profile.Width = PlainWidth;
        }
        return console;
    }
}
