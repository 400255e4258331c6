namespace PruneSearch.Pruning.Sensitivity;

/// <summary>What a detector is worth when channels of one group go and all others stay.</summary>
public sealed record GroupSensitivity
{
    /// <summary>Name of the group.</summary>
    public required string Group { get; init; }

    /// <summary>The part of the detector that it belongs to.</summary>
    public required ChannelGroupKind Kind { get; init; }

    /// <summary>Share of the group's dense channels that was to go.</summary>
    public required double Ratio { get; init; }

    /// <summary>Channels of the group in the unpruned detector.</summary>
    public required int DenseWidth { get; init; }

    /// <summary>Channels of the group that stay.</summary>
    public required int Width { get; init; }

    /// <summary>Multiply-accumulate operations of the whole detector for one picture.</summary>
    public required long Macs { get; init; }

    /// <summary>What the evaluation gave.</summary>
    public required double Accuracy { get; init; }
}
