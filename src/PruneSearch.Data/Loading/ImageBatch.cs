using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Data.Loading;

/// <summary>Pictures ready for a detector, with what they show.</summary>
public sealed record ImageBatch
{
    /// <summary>Number of the training step, or of the batch in an evaluation.</summary>
    public required int Step { get; init; }

    /// <summary>Edge of the pictures in pixels.</summary>
    public required int Size { get; init; }

    /// <summary>The numbers that the detector wants: <c>[Count, Size, Size, 3]</c>.</summary>
    public required float[] Pixels { get; init; }

    /// <summary>What is to be found in each picture of the batch, in their order.</summary>
    public required IReadOnlyList<BatchImage> Images { get; init; }

    /// <summary>Pictures in the batch; the last of an evaluation may be smaller.</summary>
    public int Count => Images.Count;
}

/// <summary>A picture of a batch and its objects after augmentation.</summary>
public sealed record BatchImage
{
    /// <summary>Position in the data set's samples.</summary>
    public required int SampleIndex { get; init; }

    /// <summary>Image id in the data set.</summary>
    public required long ImageId { get; init; }

    /// <summary>Width of the original picture in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height of the original picture in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>What part of the picture's plane the batch shows; that of a mosaic is the whole.</summary>
    public PixelWindow Window { get; init; } = PixelWindow.Whole;

    /// <summary>Objects, without crowds; fractions of the picture as the batch shows it.</summary>
    public required BoxCorners[] Boxes { get; init; }

    /// <summary>Class of each object, an index into the data set's classes.</summary>
    public required int[] Classes { get; init; }
}
