namespace PruneSearch.Connections.Sessions;

/// <summary>Where searches are: in a home folder, or in a running cluster.</summary>
/// <param name="Home">The home folder; with a cluster, only result files stand there.</param>
/// <param name="Cluster">The cluster as the user wrote it, or <see langword="null"/>.</param>
public sealed record SearchPlace(string Home, string? Cluster = null)
{
    /// <summary>The home folder where none is given.</summary>
    public const string DefaultHome = ".prunesearch";

    /// <summary>The options that lead there again, with a space before them.</summary>
    public string Options => (Home == DefaultHome ? "" : $" --home '{Home}'") + (Cluster is null ? "" : $" --cluster '{Cluster}'");

    /// <summary>The folder, or the word cluster and its address.</summary>
    public override string ToString() => Cluster is null ? Home : $"cluster {Cluster}";
}
