using PruneSearch.Core;
using PruneSearch.Data.Images;

namespace PruneSearch.Data.Augmentation;

/// <summary>"Zoom out" of SSD (Liu et al. 2016, section 3.6): half of the time on a canvas of up to four times the edge.</summary>
internal static class RandomExpand
{
    private const double MaxRatio = 4;

    public static AugmentedView Apply(AugmentedView view, SeededRandom random)
    {
        if (!random.NextBool())
        {
            return view;
        }
        double ratio = random.NextDouble(1, MaxRatio);
        double left = random.NextDouble(0, ratio - 1), top = random.NextDouble(0, ratio - 1);
        return view.Show(new PixelWindow(-left, -top, ratio, ratio), _ => true);
    }
}
