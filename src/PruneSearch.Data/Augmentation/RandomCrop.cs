using PruneSearch.Core;
using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Data.Augmentation;

/// <summary>
/// The patches of SSD (Liu et al. 2016, section 2.2): the whole picture, a patch with a minimum IoU with some object, or
/// any patch; each edge .3 to 1 of the picture's, aspect ratio one half to two. Objects stay whose centre is in the patch.
/// </summary>
internal static class RandomCrop
{
    private const int Tries = 50;
    private const double MinEdge = 0.3, MinAspect = 0.5, MaxAspect = 2;

    // Null is the whole picture; 0 is any patch that still shows an object.
    private static readonly double?[] MinIous = [null, 0.1, 0.3, 0.5, 0.7, 0.9, 0];

    public static AugmentedView Apply(AugmentedView view, SeededRandom random)
    {
        if (MinIous[random.NextInt(MinIous.Length)] is not double minIou || view.Boxes.Count == 0)
        {
            return view;
        }
        // Aspect ratio of the view in pixels does not matter here: the paper's ratio is that of the patch within the picture.
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            double width = random.NextDouble(MinEdge, 1), height = random.NextDouble(MinEdge, 1);
            double x = random.NextDouble(0, 1 - width), y = random.NextDouble(0, 1 - height);
            if (width / height is < MinAspect or > MaxAspect)
            {
                continue;
            }
            var patch = new BoxCorners((float)y, (float)x, (float)(y + height), (float)(x + width));
            if (view.Boxes.Any(b => patch.Iou(b) >= minIou) && view.Boxes.Any(b => HasCentre(patch, b)))
            {
                return view.Show(new PixelWindow(x, y, width, height), b => HasCentre(patch, b));
            }
        }
        return view;
    }

    private static bool HasCentre(in BoxCorners patch, in BoxCorners box)
    {
        float y = (box.YMin + box.YMax) / 2, x = (box.XMin + box.XMax) / 2;
        return y > patch.YMin && y < patch.YMax && x > patch.XMin && x < patch.XMax;
    }
}
