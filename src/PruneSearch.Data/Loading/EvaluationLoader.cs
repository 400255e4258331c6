using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Loading;

/// <summary>Every picture of a data set once, in order and unchanged but for what the detector's input asks for.</summary>
public sealed class EvaluationLoader
{
    private readonly SampleRenderer _renderer;
    private readonly int _samples, _inputSize, _batchSize;

    /// <summary>A loader of all pictures of a data set.</summary>
    /// <param name="input">What the pictures must become.</param>
    /// <param name="batchSize">Pictures a batch, at least 1; the last batch may have fewer.</param>
    /// <param name="cache">Decoded pictures to be kept between evaluations; <see langword="null"/> keeps none.</param>
    public EvaluationLoader(DetectionDataset dataset, InputSpec input, int batchSize = 8, ImageCache? cache = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(input.Size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        _samples = dataset.Samples.Count;
        _inputSize = input.Size;
        _batchSize = batchSize;
        _renderer = new SampleRenderer(dataset, cache ?? new ImageCache(dataset, input.Size, maxBytes: 0), input);
    }

    /// <summary>All batches, prepared in the background.</summary>
    /// <exception cref="DatasetException">A picture cannot be read any more (while enumerating).</exception>
    /// <exception cref="OperationCanceledException">Cancelled (while enumerating).</exception>
    public IEnumerable<ImageBatch> Batches(CancellationToken cancellation = default)
    {
        int count = (_samples + _batchSize - 1) / _batchSize;
        return Prefetcher.Run(0, count, Load, ahead: 2, threads: 1, cancellation);
    }

    private ImageBatch Load(int batch)
    {
        int first = batch * _batchSize, count = Math.Min(_batchSize, _samples - first), stride = _inputSize * _inputSize * 3;
        float[] pixels = GC.AllocateUninitializedArray<float>(count * stride);
        var images = new BatchImage[count];
        for (int slot = 0; slot < count; slot++)
        {
            images[slot] = _renderer.Render(first + slot, AugmentationOptions.None, null, pixels.AsSpan(slot * stride, stride));
        }
        return new ImageBatch { Step = batch, Size = _inputSize, Pixels = pixels, Images = images };
    }
}
