using PruneSearch.Core.Detectors;
using PruneSearch.Data.PostProcessing;

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
    /// <param name="objects">Where its objects are.</param>
    /// <param name="threshold">Smallest IoU of a match, above 0 and at most 1.</param>
    /// <returns>For each default box the index of its object or <see cref="Background"/>.</returns>
    public static int[] Match(IReadOnlyList<DefaultBox> defaultBoxes, ReadOnlySpan<BoxCorners> objects, float threshold = 0.5f)
    {
        int[] matches = new int[defaultBoxes.Count];
        float[] best = new float[defaultBoxes.Count];
        Array.Fill(matches, Background);
        int[] favourite = new int[objects.Length];
        float[] favouriteIoU = new float[objects.Length];
        for (int b = 0; b < defaultBoxes.Count; b++)
        {
            var box = defaultBoxes[b];
            var corners = new BoxCorners(box.CenterY - box.Height / 2, box.CenterX - box.Width / 2, box.CenterY + box.Height / 2, box.CenterX + box.Width / 2);
            for (int o = 0; o < objects.Length; o++)
            {
                float iou = corners.Iou(objects[o]);
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
}
