using PruneSearch.Core.Detectors;
using PruneSearch.Data.Loading;
using PruneSearch.Data.PostProcessing;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Losses;

/// <summary>What a detector should answer for a batch. Dispose it with the batch.</summary>
/// <param name="Boxes">Coded boxes <c>[N, boxes, 4]</c>; zero where there is no object.</param>
/// <param name="Labels">Class output <c>[N, boxes]</c>, int64; 0 is background.</param>
public sealed record SsdTargets(Tensor Boxes, Tensor Labels) : IDisposable
{
    /// <summary>Matches and codes the objects of a batch.</summary>
    /// <param name="model">The detector.</param>
    /// <param name="images">The pictures' objects.</param>
    /// <param name="device">Where the targets are wanted.</param>
    public static SsdTargets For(DetectorModel model, IReadOnlyList<BatchImage> images, Device device)
    {
        var defaults = model.DefaultBoxes;
        int count = defaults.Count;
        var coder = new BoxCoder(model.Spec);
        float[] boxes = new float[images.Count * count * 4];
        long[] labels = new long[images.Count * count];
        for (int image = 0; image < images.Count; image++)
        {
            var here = images[image];
            int[] matches = BoxMatcher.Match(defaults, here.Boxes);
            for (int b = 0; b < count; b++)
            {
                if (matches[b] != BoxMatcher.Background)
                {
                    int at = image * count + b;
                    labels[at] = here.Classes[matches[b]] + 1;
                    coder.Encode(here.Boxes[matches[b]], defaults[b], boxes.AsSpan(at * 4, 4));
                }
            }
        }
        return new SsdTargets(AlignedTensor.Of(boxes, [images.Count, count, 4], device), AlignedTensor.Of(labels, [images.Count, count], device));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Boxes.Dispose();
        Labels.Dispose();
    }
}
