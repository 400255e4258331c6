using System.Collections.Concurrent;
using PruneSearch.Core;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Loading;

/// <summary>
/// Batches for training. A batch is a function of the data set, the options and its step alone: a run that is resumed at
/// some step sees exactly what it would have seen. Every picture comes once an epoch; a batch may span two epochs.
/// </summary>
public sealed class TrainingLoader
{
    private readonly TrainingLoaderOptions _options;
    private readonly SampleRenderer _renderer;
    private readonly int _samples;
    private readonly ConcurrentBag<float[]> _recycled = [];
    private Epoch _current = new(-1, []);

    /// <summary>A loader of random batches.</summary>
    /// <param name="dataset">The data; must not be empty.</param>
    /// <param name="options">What to deliver.</param>
    /// <param name="cache">Decoded pictures shared with other loaders of this data set; <see langword="null"/> for its own.</param>
    public TrainingLoader(DetectionDataset dataset, TrainingLoaderOptions options, ImageCache? cache = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Input.Size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfZero(dataset.Samples.Count);
        _options = options;
        _samples = dataset.Samples.Count;
        _renderer = new SampleRenderer(dataset, cache ?? new ImageCache(dataset, options.Input.Size, options.CacheBytes), options.Input);
    }

    /// <summary>The batches of a range of steps, prepared in the background while the caller works on the one before.</summary>
    /// <param name="fromStep">First step, from 0.</param>
    /// <param name="toStep">Step after the last.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="DatasetException">A picture cannot be read any more (while enumerating).</exception>
    /// <exception cref="OperationCanceledException">Cancelled (while enumerating).</exception>
    public IEnumerable<ImageBatch> Batches(int fromStep, int toStep, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromStep);
        return Prefetcher.Run(fromStep, toStep, Load, Math.Clamp(_options.Prefetch, 1, 64), Math.Clamp(_options.Threads, 1, 64), cancellation);
    }

    /// <summary>The batch of a step, on the calling thread; several threads may load at once.</summary>
    /// <exception cref="DatasetException">A picture cannot be read any more.</exception>
    public ImageBatch Load(int step)
    {
        int size = _options.Input.Size, stride = size * size * 3;
        float[] pixels = _recycled.TryTake(out float[]? used) ? used : GC.AllocateUninitializedArray<float>(_options.BatchSize * stride);
        var images = new BatchImage[_options.BatchSize];
        for (int slot = 0; slot < images.Length; slot++)
        {
            var random = new SeededRandom(_options.Seed, 1, step, slot);
            int sample = SampleAt((long)step * images.Length + slot);
            images[slot] = _renderer.Render(sample, _options.Augmentation, random, pixels.AsSpan(slot * stride, stride));
        }
        return new ImageBatch { Step = step, Size = size, Pixels = pixels, Images = images };
    }

    /// <summary>
    /// Takes the pixels of a batch back, to be filled again: arrays of this size would otherwise be what makes the garbage
    /// collector run. The caller must not look at them any more.
    /// </summary>
    public void Recycle(ImageBatch batch)
    {
        if (_recycled.Count <= _options.Threads)
        {
            _recycled.Add(batch.Pixels);
        }
    }

    private int SampleAt(long position)
    {
        long number = position / _samples;
        var epoch = _current; // threads may replace it meanwhile
        if (epoch.Number != number)
        {
            epoch = new Epoch(number, new SeededRandom(_options.Seed, 0, number).Permutation(_samples));
            _current = epoch;
        }
        return epoch.Order[position % _samples];
    }

    private sealed record Epoch(long Number, int[] Order);
}
