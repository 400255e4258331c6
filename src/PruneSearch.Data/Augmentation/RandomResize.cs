using PruneSearch.Core;
using PruneSearch.Data.Images;
using PruneSearch.Data.Loading;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Data.Augmentation;

/// <summary>
/// Shows a picture smaller or larger than what fits the input (Ge et al. 2021): a smaller one at a random place, of a larger one a
/// random part. Objects stay of which a quarter is to be seen.
/// </summary>
internal static class RandomResize
{
    private const double MinVisible = 0.25;

    /// <summary>Changes the view of an input.</summary>
    /// <param name="view">What the whole input shows.</param>
    /// <param name="amount">Largest share by which it becomes smaller or larger, above 0 and below 1.</param>
    public static AugmentedView Apply(AugmentedView view, double amount, SeededRandom random)
    {
        double edge = 1 / random.NextDouble(1 - amount, 1 + amount);
        var part = new PixelWindow(random.NextDouble() * (1 - edge), random.NextDouble() * (1 - edge), edge, edge);
        // A part is one of the picture as it is, not mirrored; where it lies is chance either way.
        return view.Flipped ? RandomFlip.Flip(RandomFlip.Flip(view).Show(part, b => Visible(b, part))) : view.Show(part, b => Visible(b, part));
    }

    private static bool Visible(in BoxCorners box, in PixelWindow part)
    {
        double height = Math.Min(box.YMax, part.Y + part.Height) - Math.Max(box.YMin, part.Y);
        double width = Math.Min(box.XMax, part.X + part.Width) - Math.Max(box.XMin, part.X);
        return height > 0 && width > 0 && height * width >= MinVisible * box.Area();
    }
}
