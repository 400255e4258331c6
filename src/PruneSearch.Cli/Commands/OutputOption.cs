using System.CommandLine;
using PruneSearch.Core.Files;

namespace PruneSearch.Cli.Commands;

/// <summary>Options that say where results go. A place that cannot be written is told before hours of work, not after them.</summary>
internal static class OutputOption
{
    /// <summary>Stands for the terminal, where an option says so.</summary>
    public const string Terminal = "-";

    /// <summary>An option that names a file to write.</summary>
    /// <param name="description">What is written.</param>
    /// <param name="terminal">Whether <see cref="Terminal"/> is understood.</param>
    public static Option<string?> File(string name, string description, bool terminal = false)
    {
        var option = new Option<string?>(name) { Description = terminal ? $"{description}; {Terminal} for the terminal" : description, HelpName = "OUT" };
        option.Validators.Add(result =>
        {
            string? path = result.Tokens.Count == 1 ? result.Tokens[0].Value : null;
            if (path == Terminal && !terminal)
            {
                result.AddError($"{name} is '{Terminal}', expected the name of a file (./{Terminal} for one of that name)");
            }
            else if (!string.IsNullOrWhiteSpace(path) && path != Terminal)
            {
                Check(() => AtomicFile.RequireWritable(path), e => result.AddError($"{name} {e}"));
            }
        });
        return option;
    }

    /// <summary>A folder, made when it is not there.</summary>
    /// <param name="description">What is written to it.</param>
    public static Option<string?> Folder(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "FOLDER" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !string.IsNullOrWhiteSpace(result.Tokens[0].Value))
            {
                Check(() => AtomicFolder.RequireWritable(result.Tokens[0].Value), e => result.AddError($"{name} {e}"));
            }
        });
        return option;
    }

    private static void Check(Action check, Action<string> refuse)
    {
        try
        {
            check();
        }
        catch (IOException e)
        {
            refuse(e.Message);
        }
    }
}
