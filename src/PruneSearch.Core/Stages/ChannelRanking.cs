namespace PruneSearch.Core.Stages;

/// <summary>Which channels compete with one another.</summary>
public enum ChannelRanking
{
    /// <summary>Channels of all groups compete with one another.</summary>
    Global,

    /// <summary>Those of a group.</summary>
    Local,

    /// <summary>Those of groups of one kind.</summary>
    Isomorphic,
}
