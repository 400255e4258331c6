using PruneSearch.Core.Detectors;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Losses;

/// <summary>What a detector should answer for a batch. Dispose it with the batch.</summary>
/// <param name="Boxes">Coded boxes <c>[N, boxes, 4]</c>; zero where there is no object.</param>
/// <param name="Labels">Class output <c>[N, boxes]</c>, int64; 0 is background.</param>
public sealed record SsdTargets(Tensor Boxes, Tensor Labels) : IDisposable
{
    /// <summary>Matches and codes the objects of a batch.</summary>
    /// <param name="model">The detector.</param>
    /// <param name="objects">For each picture its objects: class index without background, and ymin, xmin, ymax, xmax as fractions.</param>
    /// <param name="device">Where the targets are wanted.</param>
    public static SsdTargets For(DetectorModel model, IReadOnlyList<IReadOnlyList<(int Class, float YMin, float XMin, float YMax, float XMax)>> objects, Device device)
    {
        var defaults = model.DefaultBoxes;
        int count = defaults.Count;
        float[] boxes = new float[objects.Count * count * 4];
        long[] labels = new long[objects.Count * count];
        for (int image = 0; image < objects.Count; image++)
        {
            var here = objects[image];
            int[] matches = BoxMatcher.Match(defaults, [.. here.Select(o => (o.YMin, o.XMin, o.YMax, o.XMax))]);
            for (int b = 0; b < count; b++)
            {
                if (matches[b] != BoxMatcher.Background)
                {
                    var o = here[matches[b]];
                    int at = image * count + b;
                    labels[at] = o.Class + 1;
                    Encode(model.Spec, defaults[b], o.YMin, o.XMin, o.YMax, o.XMax, boxes.AsSpan(at * 4, 4));
                }
            }
        }
        return new SsdTargets(tensor(boxes, [objects.Count, count, 4], device: device), tensor(labels, [objects.Count, count], device: device));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Boxes.Dispose();
        Labels.Dispose();
    }

    // Liu et al. 2016, equation 2, with the scales that the published implementation divides variances into.
    private static void Encode(DetectorSpec spec, DefaultBox box, float yMin, float xMin, float yMax, float xMax, Span<float> coded)
    {
        float y = (float)(spec.CenterScale * ((yMin + yMax) / 2 - box.CenterY) / box.Height);
        float x = (float)(spec.CenterScale * ((xMin + xMax) / 2 - box.CenterX) / box.Width);
        float h = (float)(spec.SizeScale * Math.Log(Math.Max(yMax - yMin, 1e-6f) / box.Height));
        float w = (float)(spec.SizeScale * Math.Log(Math.Max(xMax - xMin, 1e-6f) / box.Width));
        float[] values = spec.BoxOrder == BoxOrder.Yxhw ? [y, x, h, w] : [x, y, w, h];
        values.CopyTo(coded);
    }
}
