using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Loading;

/// <summary>
/// The decoded pictures that a worker keeps from one stage to the next: those of the data set that it trained on last.
/// Not for several threads at once: a worker runs one stage at a time.
/// </summary>
public sealed class DecodedPictures
{
    private (string Hash, string Root, int InputSize, long MaxBytes) _of;
    private ImageCache? _cache;

    /// <summary>The cache of a data set; what another one held is let go.</summary>
    /// <param name="dataset">Whose pictures.</param>
    /// <param name="inputSize">Edge of the detector's input in pixels, at least 1.</param>
    /// <param name="maxBytes">Bound in bytes, at least 0; 0 keeps none.</param>
    public ImageCache For(DetectionDataset dataset, int inputSize, long maxBytes)
    {
        var of = (dataset.ManifestHash, dataset.Root, inputSize, maxBytes);
        if (_cache is null || _of != of)
        {
            _of = of;
            _cache = new ImageCache(dataset, inputSize, maxBytes);
        }
        return _cache;
    }
}
