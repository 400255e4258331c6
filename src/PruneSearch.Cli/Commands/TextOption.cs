using System.CommandLine;

namespace PruneSearch.Cli.Commands;

/// <summary>Options and arguments with names of files and folders.</summary>
internal static class TextOption
{
    /// <summary>One text; none when it is left out.</summary>
    public static Option<string?> Create(string name, string description, string help) => new(name) { Description = description, HelpName = help };

    /// <summary>At least one text, in its place on the command line.</summary>
    public static Argument<string[]> Several(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.OneOrMore };
}
