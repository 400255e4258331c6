using System.Buffers;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Data.Loading;

/// <summary>Makes one picture of a batch.</summary>
internal sealed class SampleRenderer(DetectionDataset dataset, ImageCache cache, int size)
{
    /// <summary>Writes the pixels and tells what they show.</summary>
    /// <param name="index">Which sample.</param>
    /// <param name="options">How it varies.</param>
    /// <param name="random">Decides how; <see langword="null"/> when nothing varies.</param>
    /// <param name="pixels">Receives <c>[size, size, 3]</c>.</param>
    public BatchImage Render(int index, AugmentationOptions options, SeededRandom? random, Span<float> pixels)
    {
        var sample = dataset.Samples[index];
        var view = options.Mosaic && random is not null && random.NextBool() ? RenderMosaic(index, options, random, pixels) : RenderOne(index, options, random, pixels);
        if (random is not null && options.Photometric)
        {
            PhotometricDistortion.Apply(pixels, random);
        }
        return new BatchImage
        {
            SampleIndex = index,
            ImageId = sample.ImageId,
            Width = sample.Width,
            Height = sample.Height,
            Boxes = [.. view.Boxes],
            Classes = [.. view.Classes],
        };
    }

    private AugmentedView RenderOne(int index, AugmentationOptions options, SeededRandom? random, Span<float> pixels)
    {
        var view = Whole(index);
        if (random is not null)
        {
            view = options.Expand ? RandomExpand.Apply(view, random) : view;
            view = options.Crop ? RandomCrop.Apply(view, random) : view;
            view = options.Flip ? RandomFlip.Apply(view, random) : view;
        }
        ImageResampler.Resample(cache.Get(index), view.Window, view.Flipped, size, pixels);
        return view;
    }

    private AugmentedView RenderMosaic(int first, AugmentationOptions options, SeededRandom random, Span<float> pixels)
    {
        var mosaic = new Mosaic(size, random);
        float[] whole = ArrayPool<float>.Shared.Rent(pixels.Length);
        try
        {
            for (int tile = 0; tile < Mosaic.Tiles; tile++)
            {
                int index = tile == 0 ? first : random.NextInt(dataset.Samples.Count);
                var view = mosaic.Place(tile, Whole(index), options.Flip, random);
                ImageResampler.Resample(cache.Get(index), view.Window, view.Flipped, size, whole.AsSpan(0, pixels.Length));
                mosaic.Copy(tile, whole, pixels);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(whole);
        }
        return mosaic.ToView();
    }

    private AugmentedView Whole(int index)
    {
        var sample = dataset.Samples[index];
        var objects = sample.Objects.Where(o => !o.Crowd).ToList();
        return new AugmentedView(PixelWindow.Whole, false, [.. objects.Select(o => Normalize(o.Box, sample))], [.. objects.Select(o => o.Class)]);
    }

    private static BoxCorners Normalize(PixelBox box, DetectionSample sample) => new(
        (float)(box.Y / sample.Height),
        (float)(box.X / sample.Width),
        (float)((box.Y + box.Height) / sample.Height),
        (float)((box.X + box.Width) / sample.Width));
}
