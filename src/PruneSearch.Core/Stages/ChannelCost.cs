namespace PruneSearch.Core.Stages;

/// <summary>What a channel costs, for scores by cost.</summary>
public enum ChannelCost
{
    /// <summary>All cost the same.</summary>
    None,

    /// <summary>Multiply-accumulate operations that make and read it.</summary>
    Macs,

    /// <summary>Trainable values that belong to it.</summary>
    Parameters,

    /// <summary>Bytes of its parameters and of the feature maps that hold it.</summary>
    Memory,
}
