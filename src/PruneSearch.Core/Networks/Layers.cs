namespace PruneSearch.Core.Networks;

/// <summary>What is done to each value by itself.</summary>
public enum ActivationFunction
{
    /// <summary>max(x, 0)</summary>
    Relu,

    /// <summary>min(max(x, 0), 6)</summary>
    Relu6,

    /// <summary>x · sigmoid(x)</summary>
    Silu,

    /// <summary>1 / (1 + exp(−x))</summary>
    Sigmoid,

    /// <summary>min(max(x + 3, 0), 6) / 6</summary>
    HardSigmoid,
}

/// <summary>How a convolution or pooling pads its input.</summary>
public enum PaddingStyle
{
    /// <summary>TensorFlow SAME: output = ceil(input / stride); an odd padding has its larger half at bottom and right.</summary>
    TensorFlowSame,

    /// <summary>(kernel − 1) / 2 on each side.</summary>
    Symmetric,
}

/// <summary>Rows and columns added around a feature map.</summary>
public readonly record struct Padding(int Top, int Left, int Bottom, int Right)
{
    /// <summary>The padding that <paramref name="style"/> asks for on a square input.</summary>
    public static Padding For(PaddingStyle style, int height, int width, int kernel, int stride)
    {
        if (style == PaddingStyle.Symmetric)
        {
            int p = (kernel - 1) / 2;
            return new Padding(p, p, p, p);
        }
        int Total(int size) => Math.Max(((size + stride - 1) / stride - 1) * stride + kernel - size, 0);
        int v = Total(height), h = Total(width);
        return new Padding(v / 2, h / 2, v - v / 2, h - h / 2);
    }

    /// <summary>Whether opposite sides are equal.</summary>
    public bool IsSymmetric => Top == Bottom && Left == Right;
}

/// <summary>What a layer puts out: <c>[N, Channels, Height, Width]</c>.</summary>
public readonly record struct FeatureMap(ChannelLayout Channels, int Height, int Width)
{
    /// <summary>What a window that slides over it puts out.</summary>
    internal FeatureMap Slid(Padding pad, int kernel, int stride, ChannelLayout channels) =>
        new(channels, (Height + pad.Top + pad.Bottom - kernel) / stride + 1, (Width + pad.Left + pad.Right - kernel) / stride + 1);

    /// <inheritdoc/>
    public override string ToString() => $"{Channels} at {Height} × {Width}";
}

/// <summary>One operation of a network. Its output is a feature map <c>[N, channels, height, width]</c>.</summary>
public abstract record Layer
{
    /// <summary>Unique name; tensors of the layer are called <c>name.weight</c>, <c>name.bias</c> and so on.</summary>
    public required string Name { get; init; }

    /// <summary>Names of the layers whose outputs it reads.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>Channels, height and width of what it computes.</summary>
    public required FeatureMap Output { get; init; }

    /// <summary>Name and output, for messages.</summary>
    internal static string Describe(Layer layer) => $"'{layer.Name}' ({layer.Output})";

    /// <summary>Channels of its output.</summary>
    public ChannelLayout Channels => Output.Channels;

    /// <summary>Rows of its output.</summary>
    public int Height => Output.Height;

    /// <summary>Columns of its output.</summary>
    public int Width => Output.Width;
}

/// <summary>The network's input picture.</summary>
public sealed record InputLayer : Layer;

/// <summary>A 2-D convolution: weight <c>[out, in / Groups, Kernel, Kernel]</c>, optional bias <c>[out]</c>.</summary>
public sealed record ConvLayer : Layer
{
    /// <summary>Channels that it reads, by the groups that they belong to.</summary>
    public required ChannelLayout InputChannels { get; init; }

    /// <summary>Kernel rows and columns.</summary>
    public required int Kernel { get; init; }

    /// <summary>Step in both directions.</summary>
    public required int Stride { get; init; }

    /// <summary>Resolved padding.</summary>
    public required Padding Padding { get; init; }

    /// <summary>Number of convolution groups; the input's channel count for a depthwise convolution.</summary>
    public required int Groups { get; init; }

    /// <summary>Each channel has its own kernel and stays the same channel. A declared fact, never inferred from shapes.</summary>
    public required bool Depthwise { get; init; }

    /// <summary>Whether a bias is added.</summary>
    public required bool Bias { get; init; }

    /// <summary>Name of the convolution whose tensors this one uses too (heads shared over levels); <see langword="null"/> for its own.</summary>
    public string? WeightsOf { get; init; }

    /// <summary>Name of the weight tensor.</summary>
    public string Weight => (WeightsOf ?? Name) + ".weight";

    /// <summary>Name of the bias tensor, whether or not there is one.</summary>
    public string BiasName => (WeightsOf ?? Name) + ".bias";

    /// <summary>What dimension 1 of the weight stands for: the input channels of one convolution group.</summary>
    public ChannelLayout ReadLayout() => InputChannels.Part(Groups);
}

/// <summary>Batch normalisation: weight, bias, running_mean, running_var, each <c>[channels]</c>.</summary>
public sealed record BatchNormLayer : Layer
{
    /// <summary>Added to the variance.</summary>
    public required double Epsilon { get; init; }

    /// <summary>Name of the norm whose tensors this one uses too, on another feature map; <see langword="null"/> for its own.</summary>
    public string? TensorsOf { get; init; }

    /// <summary>What the names of its tensors begin with.</summary>
    public string Tensors => TensorsOf ?? Name;
}

/// <summary>Does the same to each value of its input; the shape stays.</summary>
public sealed record ActivationLayer : Layer
{
    /// <summary>What is applied to every value.</summary>
    public required ActivationFunction Function { get; init; }
}

/// <summary>Sum of feature maps with the same channels and size.</summary>
public sealed record AddLayer : Layer;

/// <summary>A feature map times a per-channel scale <c>[N, channels, 1, 1]</c> (squeeze-and-excite).</summary>
public sealed record ScaleLayer : Layer;

/// <summary>Feature maps stacked along the channels.</summary>
public sealed record ConcatLayer : Layer;

/// <summary>Nearest-neighbour enlargement to <see cref="Layer.Height"/> × <see cref="Layer.Width"/>.</summary>
public sealed record UpsampleLayer : Layer;

/// <summary>Maximum over windows; padding never wins.</summary>
public sealed record MaxPoolLayer : Layer
{
    /// <summary>Window rows and columns.</summary>
    public required int Kernel { get; init; }

    /// <summary>Step in both directions.</summary>
    public required int Stride { get; init; }

    /// <summary>Resolved padding.</summary>
    public required Padding Padding { get; init; }
}

/// <summary>Mean over all positions: output <c>[N, channels, 1, 1]</c>.</summary>
public sealed record GlobalAveragePoolLayer : Layer;

/// <summary>
/// Each block of <see cref="Block"/> × <see cref="Block"/> positions becomes channels: output channel
/// <c>(dy · Block + dx) · C + c</c> holds input channel c at that offset of the block.
/// </summary>
public sealed record SpaceToDepthLayer : Layer
{
    /// <summary>Block edge, at least 2.</summary>
    public required int Block { get; init; }
}
