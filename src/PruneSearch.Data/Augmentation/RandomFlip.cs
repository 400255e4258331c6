using PruneSearch.Core;

namespace PruneSearch.Data.Augmentation;

/// <summary>Mirrors left to right half of the time.</summary>
internal static class RandomFlip
{
    public static AugmentedView Apply(AugmentedView view, SeededRandom random) => random.NextBool() ? Flip(view) : view;

    public static AugmentedView Flip(AugmentedView view) =>
        view with { Flipped = !view.Flipped, Boxes = [.. view.Boxes.Select(b => b with { XMin = 1 - b.XMax, XMax = 1 - b.XMin })] };
}
