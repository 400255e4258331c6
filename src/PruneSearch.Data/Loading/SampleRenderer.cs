using System.Buffers;
using PruneSearch.Core;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Data.Loading;

/// <summary>Makes one picture of a batch.</summary>
internal sealed class SampleRenderer(DetectionDataset dataset, ImageCache cache, InputSpec input)
{
    private readonly InputPixels _pixels = new(input.Rule);

    /// <summary>Writes the pixels and tells what they show.</summary>
    /// <param name="index">Which sample.</param>
    /// <param name="options">How it varies.</param>
    /// <param name="random">Decides how; <see langword="null"/> when nothing varies.</param>
    /// <param name="pixels">Receives <c>[size, size, 3]</c>.</param>
    public BatchImage Render(int index, AugmentationOptions options, SeededRandom? random, Span<float> pixels)
    {
        var sample = dataset.Samples[index];
        var view = options.Mosaic && random is not null && random.NextBool()
            ? RenderMosaic(index, options, random, pixels) : RenderOne(index, options, random, pixels);
        if (random is not null && options.Photometric)
        {
            PhotometricDistortion.Apply(pixels, random);
        }
        if (random is not null && options.Hsv)
        {
            HsvShift.Apply(pixels, random);
        }
        _pixels.Convert(pixels);
        return new BatchImage
        {
            SampleIndex = index,
            ImageId = sample.ImageId,
            Width = sample.Width,
            Height = sample.Height,
            Window = view.Window,
            Boxes = [.. view.Boxes],
            Classes = [.. view.Classes],
        };
    }

    private AugmentedView RenderOne(int index, AugmentationOptions options, SeededRandom? random, Span<float> pixels)
    {
        var image = cache.Get(index);
        var view = Whole(index);
        if (random is not null)
        {
            view = options.Expand ? RandomExpand.Apply(view, random) : view;
            view = options.Crop ? RandomCrop.Apply(view, random) : view;
            view = options.Flip ? RandomFlip.Apply(view, random) : view;
        }
        view = InInput(view, image);
        view = random is not null && options.Resize > 0 ? RandomResize.Apply(view, options.Resize, random) : view;
        ImageResampler.Resample(image, view.Window, view.Flipped, input.Size, pixels, _pixels.Outside);
        return view;
    }

    private AugmentedView RenderMosaic(int first, AugmentationOptions options, SeededRandom random, Span<float> pixels)
    {
        var mosaic = new Mosaic(input.Size, random);
        float[] whole = ArrayPool<float>.Shared.Rent(pixels.Length);
        try
        {
            for (int tile = 0; tile < Mosaic.Tiles; tile++)
            {
                int index = tile == 0 ? first : random.NextInt(dataset.Samples.Count);
                var image = cache.Get(index);
                var shown = InputWindow.Of(input.Rule, image.Width, image.Height);
                var view = mosaic.Place(tile, Whole(index), (1 / shown.Width, 1 / shown.Height), options.Flip, random);
                ImageResampler.Resample(image, view.Window, view.Flipped, input.Size, whole.AsSpan(0, pixels.Length), _pixels.Outside);
                mosaic.Copy(tile, whole, pixels);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(whole);
        }
        return mosaic.ToView();
    }

    // The view with what the input shows around it. A mirrored picture lies where it would lie otherwise.
    private AugmentedView InInput(AugmentedView view, RgbImage image)
    {
        var shown = InputWindow.Of(input.Rule, view.Window.Width * image.Width, view.Window.Height * image.Height);
        return shown == PixelWindow.Whole ? view
            : view.Flipped ? RandomFlip.Flip(RandomFlip.Flip(view).Show(shown with { X = 1 - shown.X - shown.Width }, _ => true))
            : view.Show(shown, _ => true);
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
