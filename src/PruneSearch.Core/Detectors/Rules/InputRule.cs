namespace PruneSearch.Core.Detectors.Rules;

/// <summary>How a picture of any shape fills the square input.</summary>
public enum InputFit
{
    /// <summary>Both edges become the input's, whatever the aspect ratio.</summary>
    Stretch,

    /// <summary>The aspect ratio stays; what is left of the input has one colour.</summary>
    Letterbox,
}

/// <summary>Where a letterboxed picture lies in the input.</summary>
public enum LetterboxPlace
{
    /// <summary>At the top left.</summary>
    TopLeft,

    /// <summary>In the middle.</summary>
    Center,
}

/// <summary>Order of the colours.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red (OpenCV).</summary>
    Bgr,
}

/// <summary>How a picture becomes the network's input: input value = (pixel from 0 to 255 − mean) / deviation.</summary>
public sealed record InputRule
{
    /// <summary>How it fills the square.</summary>
    public InputFit Fit { get; init; } = InputFit.Stretch;

    /// <summary>Where it lies when it is letterboxed.</summary>
    public LetterboxPlace Place { get; init; } = LetterboxPlace.TopLeft;

    /// <summary>Grey of what a letterboxed picture leaves, and of what lies outside a picture that is cut or moved, 0 to 255.</summary>
    public double Fill { get; init; } = 127.5;

    /// <summary>Order of the colours.</summary>
    public ChannelOrder Channels { get; init; } = ChannelOrder.Rgb;

    /// <summary>What is subtracted from each channel, in the input's order; three values from 0 to 255.</summary>
    public required IReadOnlyList<double> Mean { get; init; }

    /// <summary>What each channel is divided by, in the input's order; three values above 0.</summary>
    public required IReadOnlyList<double> Deviation { get; init; }

    /// <summary>
    /// The power of two next to how far input values reach from their middle: 1 for pictures from −1 to 1, 128 for those from 0 to 255. Kernels
    /// that read the picture are that much smaller, and their gradients larger, than kernels of any other layer.
    /// </summary>
    public float Reach() => MathF.Pow(2, MathF.Round(MathF.Log2((float)(127.5 / Deviation.Max()))));

    /// <summary>Stretched, RGB, from −1 (black) to 1 (white).</summary>
    public static InputRule MinusOneToOne { get; } = new() { Mean = [127.5, 127.5, 127.5], Deviation = [127.5, 127.5, 127.5] };

    /// <summary>Stretched, RGB, with the mean and deviation of ImageNet as torchvision has them.</summary>
    public static InputRule ImageNet { get; } = new()
    {
        Mean = [0.485 * 255, 0.456 * 255, 0.406 * 255],
        Deviation = [0.229 * 255, 0.224 * 255, 0.225 * 255],
        Fill = 114,
    };
}
