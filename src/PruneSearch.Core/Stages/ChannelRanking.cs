namespace PruneSearch.Core.Stages;

/// <summary>Which channels compete with one another.</summary>
public enum ChannelRanking
{
    /// <summary>All of them.</summary>
    Global,

    /// <summary>Those of a group.</summary>
    Local,

    /// <summary>Those of groups of one kind.</summary>
    Isomorphic,
}
