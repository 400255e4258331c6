using System.CommandLine;

namespace PruneSearch.Cli.Sessions;

/// <summary>Where the searches of a command are: in a home folder, or in a running cluster.</summary>
/// <param name="Home">The home folder; with a cluster, only result files stand there.</param>
/// <param name="Cluster">The cluster as the user wrote it, or <see langword="null"/>.</param>
internal sealed record SearchPlace(string Home, string? Cluster = null)
{
    /// <summary>The home folder where none is given.</summary>
    public const string DefaultHome = ".prunesearch";

    /// <summary>What the options <c>--home</c> and <c>--cluster</c> say.</summary>
    public static SearchPlace Of(ParseResult parsed) => new(parsed.GetValue<string>("--home")!, parsed.GetValue<string?>("--cluster"));

    /// <summary>The options that lead there again, with a space before them.</summary>
    public string Options => (Home == DefaultHome ? "" : $" --home '{Home}'") + (Cluster is null ? "" : $" --cluster '{Cluster}'");

    public override string ToString() => Cluster is null ? Home : $"cluster {Cluster}";
}
