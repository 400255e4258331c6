using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors;

/// <summary>A detector as built from its specification: the network and the default boxes of its outputs.</summary>
/// <param name="Spec">The specification with the width of every group.</param>
/// <param name="Network">Outputs <see cref="BoxesOutput"/> <c>[N, boxes, 4]</c> and <see cref="ClassesOutput"/> <c>[N, boxes, classes + 1]</c>.</param>
/// <param name="DefaultBoxes">One a box, in output order.</param>
public sealed record DetectorModel(DetectorSpec Spec, Network Network, IReadOnlyList<DefaultBox> DefaultBoxes)
{
    /// <summary>Name of the output with coded boxes.</summary>
    public const string BoxesOutput = "boxes";

    /// <summary>Name of the output with class scores before sigmoid or softmax.</summary>
    public const string ClassesOutput = "classes";

    /// <summary>Name of the picture input: <c>[N, 3, size, size]</c>, RGB in [−1, 1].</summary>
    public const string ImageInput = "image";
}

/// <summary>A default box ("anchor") in fractions of the picture's edges.</summary>
/// <param name="CenterY">Centre, 0 to 1.</param>
/// <param name="CenterX">Centre, 0 to 1.</param>
/// <param name="Height">Above 0.</param>
/// <param name="Width">Above 0.</param>
public readonly record struct DefaultBox(float CenterY, float CenterX, float Height, float Width);
