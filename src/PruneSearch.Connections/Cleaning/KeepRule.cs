namespace PruneSearch.Connections.Cleaning;

/// <summary>Which stages of searches that are over are kept, however old. The original of each search always is.</summary>
public enum KeepRule
{
    /// <summary>Those on the frontier of a search.</summary>
    Frontier,

    /// <summary>All of every search that is there.</summary>
    All,

    /// <summary>Nothing but those originals.</summary>
    None,
}
