using PruneSearch.Core.Detectors;

namespace PruneSearch.Detection.Losses;

/// <summary>
/// Assigns objects to default boxes as SSD does (Liu et al. 2016, section 2.2): every object takes the default box that
/// overlaps it most; every other default box takes the object that it overlaps most, if the IoU is at least a threshold.
/// </summary>
public static class BoxMatcher
{
    /// <summary>No object: the default box is background.</summary>
    public const int Background = -1;

    /// <summary>Matches one picture.</summary>
    /// <param name="defaultBoxes">All default boxes.</param>
    /// <param name="objects">Objects as ymin, xmin, ymax, xmax in fractions of the picture's edges.</param>
    /// <param name="threshold">Smallest IoU of a match, above 0 and at most 1.</param>
    /// <returns>For each default box the index of its object or <see cref="Background"/>.</returns>
    public static int[] Match(IReadOnlyList<DefaultBox> defaultBoxes, ReadOnlySpan<(float YMin, float XMin, float YMax, float XMax)> objects, float threshold = 0.5f)
    {
        int[] matches = new int[defaultBoxes.Count];
        float[] best = new float[defaultBoxes.Count];
        Array.Fill(matches, Background);
        int[] favourite = new int[objects.Length];
        float[] favouriteIoU = new float[objects.Length];
        for (int b = 0; b < defaultBoxes.Count; b++)
        {
            for (int o = 0; o < objects.Length; o++)
            {
                float iou = IoU(defaultBoxes[b], objects[o]);
                if (iou > best[b])
                {
                    best[b] = iou;
                    matches[b] = iou >= threshold ? o : Background;
                }
                if (iou > favouriteIoU[o])
                {
                    favouriteIoU[o] = iou;
                    favourite[o] = b;
                }
            }
        }
        for (int o = 0; o < objects.Length; o++)
        {
            if (favouriteIoU[o] > 0)
            {
                matches[favourite[o]] = o;
            }
        }
        return matches;
    }

    private static float IoU(DefaultBox box, (float YMin, float XMin, float YMax, float XMax) other)
    {
        float top = Math.Max(box.CenterY - box.Height / 2, other.YMin), bottom = Math.Min(box.CenterY + box.Height / 2, other.YMax);
        float left = Math.Max(box.CenterX - box.Width / 2, other.XMin), right = Math.Min(box.CenterX + box.Width / 2, other.XMax);
        float shared = Math.Max(bottom - top, 0) * Math.Max(right - left, 0);
        float area = (other.YMax - other.YMin) * (other.XMax - other.XMin);
        return shared <= 0 ? 0 : shared / (box.Height * box.Width + area - shared);
    }
}
