using PruneSearch.Core.Detectors.Rules;

namespace PruneSearch.Data.Images;

/// <summary>What part of a picture's plane a detector's square input shows.</summary>
public static class InputWindow
{
    /// <summary>The part, in fractions of the picture: all of it, or more where it is letterboxed.</summary>
    /// <param name="rule">How pictures fill the input.</param>
    /// <param name="width">Of the picture, in any unit, above 0.</param>
    /// <param name="height">Of the picture, in the same unit, above 0.</param>
    public static PixelWindow Of(InputRule rule, double width, double height)
    {
        if (rule.Fit == InputFit.Stretch)
        {
            return PixelWindow.Whole;
        }
        double edge = Math.Max(width, height), across = edge / width, down = edge / height;
        return rule.Place == LetterboxPlace.TopLeft ? new PixelWindow(0, 0, across, down) : new PixelWindow((1 - across) / 2, (1 - down) / 2, across, down);
    }
}
