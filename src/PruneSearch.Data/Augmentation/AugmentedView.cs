using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Data.Augmentation;

/// <summary>
/// What a training example shows of its picture. Geometric augmentations only change this description; the picture is
/// resampled once, at the end.
/// </summary>
/// <param name="Window">The part of the picture's plane.</param>
/// <param name="Flipped">Whether it is mirrored left to right.</param>
/// <param name="Boxes">Objects in fractions of the view.</param>
/// <param name="Classes">Class of each object.</param>
public sealed record AugmentedView(PixelWindow Window, bool Flipped, IReadOnlyList<BoxCorners> Boxes, IReadOnlyList<int> Classes)
{
    /// <summary>The view that shows a part of this one, not yet mirrored.</summary>
    /// <param name="part">In fractions of this view; may reach beyond it.</param>
    /// <param name="keep">Which objects stay.</param>
    /// <param name="clip">Whether their boxes are clipped to the part.</param>
    internal AugmentedView Show(PixelWindow part, Func<BoxCorners, bool> keep, bool clip = true)
    {
        var boxes = new List<BoxCorners>(Boxes.Count);
        var classes = new List<int>(Boxes.Count);
        for (int i = 0; i < Boxes.Count; i++)
        {
            if (!keep(Boxes[i]))
            {
                continue;
            }
            var box = Boxes[i];
            var moved = new BoxCorners(
                (float)((box.YMin - part.Y) / part.Height),
                (float)((box.XMin - part.X) / part.Width),
                (float)((box.YMax - part.Y) / part.Height),
                (float)((box.XMax - part.X) / part.Width));
            moved = clip ? moved.Clip() : moved;
            if (moved.Area() > 0)
            {
                boxes.Add(moved);
                classes.Add(Classes[i]);
            }
        }
        var window = new PixelWindow(
            Window.X + part.X * Window.Width, Window.Y + part.Y * Window.Height, Window.Width * part.Width, Window.Height * part.Height);
        return this with { Window = window, Boxes = boxes, Classes = classes };
    }
}
