using System.Collections.Concurrent;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Images;

namespace PruneSearch.Data.Loading;

/// <summary>
/// Decoded pictures of a data set. Pictures stay in memory until the bound is reached; later ones are decoded each time:
/// with every epoch in another order, replacing one by another would gain nothing.
/// </summary>
public sealed class ImageCache
{
    private readonly DetectionDataset _dataset;
    private readonly int _minEdge;
    private readonly long _maxBytes;
    private readonly ConcurrentDictionary<int, RgbImage> _images = new();
    private long _bytes;

    /// <summary>An empty cache; it can serve several loaders of the same data set.</summary>
    /// <param name="dataset">Whose pictures.</param>
    /// <param name="inputSize">Edge of the detector's input: pictures of more than twice its size are decoded smaller where the format can.</param>
    /// <param name="maxBytes">Bound of the decoded pictures in bytes, at least 0; 0 keeps none.</param>
    public ImageCache(DetectionDataset dataset, int inputSize, long maxBytes = 1L << 30)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputSize, 1);
        _dataset = dataset;
        _minEdge = inputSize * 2;
        _maxBytes = maxBytes;
    }

    /// <summary>Bytes of the pictures that are held.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The picture of a sample.</summary>
    /// <exception cref="DatasetException">It cannot be read or decoded any more.</exception>
    public RgbImage Get(int sampleIndex)
    {
        if (_images.TryGetValue(sampleIndex, out var image))
        {
            return image;
        }
        try
        {
            image = ImageDecoder.Decode(_dataset.PathOf(_dataset.Samples[sampleIndex]), _minEdge);
        }
        catch (ImageDecodeException e)
        {
            throw new DatasetException(e.Message, e);
        }
        long size = image.Pixels.Length;
        if (Interlocked.Add(ref _bytes, size) > _maxBytes || !_images.TryAdd(sampleIndex, image))
        {
            Interlocked.Add(ref _bytes, -size);
        }
        return image;
    }
}
