namespace PruneSearch.Core.Networks;

/// <summary>What part of a detector a channel group belongs to; the user selects prunable groups by kind or by name.</summary>
public enum ChannelGroupKind
{
    /// <summary>Output of the first convolution.</summary>
    Stem,

    /// <summary>Expansion and depthwise channels inside one block: no other block reads them ("private").</summary>
    Hidden,

    /// <summary>Outputs of the linear bottlenecks that a residual chain adds up.</summary>
    Residual,

    /// <summary>The last backbone convolution, the extra feature layers and other layers between backbone and heads.</summary>
    Neck,

    /// <summary>Hidden layers of prediction heads.</summary>
    Head,
}

/// <summary>Why a tensor dimension carries a group's channels.</summary>
public enum SliceRole
{
    /// <summary>Output channels of the convolution that computes them.</summary>
    Producer,

    /// <summary>Per-channel state that goes along: depthwise kernels, batch norm, biases.</summary>
    Follower,

    /// <summary>Input channels of a convolution that reads them.</summary>
    Reader,
}

/// <summary>A range of one tensor dimension that carries the channels of a group, in order.</summary>
/// <param name="Tensor">Tensor name, for example <c>expanded_conv_1.expand.weight</c>.</param>
/// <param name="Dimension">Tensor dimension, 0-based.</param>
/// <param name="Offset">Index of the group's first channel in that dimension.</param>
/// <param name="Length">The group's width.</param>
/// <param name="Role">Why the group's channels are there.</param>
public sealed record ChannelSlice(string Tensor, int Dimension, int Offset, int Length, SliceRole Role);

/// <summary>Channels that can only be removed together, everywhere they occur.</summary>
public sealed class ChannelGroup
{
    private readonly List<ChannelSlice> _slices = [];

    internal ChannelGroup(string name, ChannelGroupKind kind, int denseWidth, int width)
    {
        if (width < 0 || width > denseWidth)
        {
            throw WrongWidth(name, width, denseWidth);
        }
        Name = name;
        Kind = kind;
        DenseWidth = denseWidth;
        Width = width;
    }

    /// <summary>Unique within a network.</summary>
    public string Name { get; }

    /// <summary>The part of the network it belongs to.</summary>
    public ChannelGroupKind Kind { get; }

    /// <summary>Channels that shares count from: those in the unpruned network, or in the one that <see cref="Network.RelativeTo"/> was given.</summary>
    public int DenseWidth { get; }

    /// <summary>Channels now, from 1 to <see cref="DenseWidth"/>; 0 where the block that has them is left out.</summary>
    public int Width { get; }

    /// <summary>Every place that holds the group's channels, in network order.</summary>
    public IReadOnlyList<ChannelSlice> Slices => _slices;

    internal static ArgumentException WrongWidth(string name, int width, int denseWidth) =>
        new($"Width {width} of channel group '{name}' is not from 1 to {denseWidth}.");

    internal void Add(ChannelSlice slice) => _slices.Add(slice);
}
