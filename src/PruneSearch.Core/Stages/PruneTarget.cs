namespace PruneSearch.Core.Stages;

/// <summary>What a pruning ratio is a share of.</summary>
public enum PruneTarget
{
    /// <summary>Channels of the selected groups.</summary>
    Channels,

    /// <summary>Trainable values of the whole detector.</summary>
    Parameters,

    /// <summary>Multiply-accumulate operations of the whole detector.</summary>
    Macs,

    /// <summary>Measured latency of the whole detector.</summary>
    Latency,
}
