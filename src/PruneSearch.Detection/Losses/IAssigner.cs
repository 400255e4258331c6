using PruneSearch.Data.Loading;

namespace PruneSearch.Detection.Losses;

/// <summary>Decides which output rows answer for which objects.</summary>
internal interface IAssigner
{
    /// <summary>Assigns the objects of a batch.</summary>
    /// <param name="outputs">What the detector answers, by output; gradients do not flow from here.</param>
    /// <param name="images">The pictures' objects.</param>
    Assignment Assign(IReadOnlyDictionary<string, Tensor> outputs, IReadOnlyList<BatchImage> images);
}

/// <summary>Which rows of a batch answer for which objects, picture by picture.</summary>
/// <param name="Objects">For each row the index of its object within its picture, <see cref="Background"/> or <see cref="Ignored"/>.</param>
/// <param name="Overlaps">For each row the IoU of the box that it predicts with its object; <see langword="null"/> where that does not matter.</param>
internal sealed record Assignment(int[] Objects, float[]? Overlaps = null)
{
    /// <summary>No object: the row shall say that there is nothing.</summary>
    public const int Background = -1;

    /// <summary>Too near an object to be background, too far to answer for it: the row does not count.</summary>
    public const int Ignored = -2;
}
