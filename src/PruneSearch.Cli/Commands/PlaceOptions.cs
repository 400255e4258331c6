using System.CommandLine;
using PruneSearch.Connections.Sessions;

namespace PruneSearch.Cli.Commands;

/// <summary>Where the searches of a command are.</summary>
internal static class PlaceOptions
{
    /// <summary>What the options <c>--home</c> and <c>--cluster</c> say.</summary>
    public static SearchPlace Of(ParseResult parsed) => new(parsed.GetValue<string>("--home")!, parsed.GetValue<string?>("--cluster"));
}
