namespace PruneSearch.Core.Detectors;

/// <summary>A kind of detector: all that the rest of the program knows about it.</summary>
public interface IDetectorFamily
{
    /// <summary>The specification with the family's defaults and one class; its architecture is the family's name.</summary>
    DetectorSpec Template { get; }

    /// <summary>How other programs call its tensors.</summary>
    IReadOnlyList<ForeignNames> Foreign { get; }

    /// <summary>Whether TensorFlow exports such detectors as TensorFlow Lite files, with the outputs that this family has.</summary>
    bool InTensorFlowLite => false;

    /// <summary>Builds the network at the widths of the specification, its reference boxes and its rules.</summary>
    /// <param name="spec">Of this family, with input size and number of classes within what any detector may have.</param>
    /// <exception cref="ArgumentException">A value outside its range, or a width that does not fit.</exception>
    DetectorModel Build(DetectorSpec spec);

    /// <summary>The specification for the same weights on pictures of another size.</summary>
    /// <param name="spec">The specification that the weights were trained with.</param>
    /// <param name="inputSize">Edge of the square input in pixels.</param>
    DetectorSpec At(DetectorSpec spec, int inputSize) => spec with { InputSize = inputSize };

    /// <summary>Takes over the options that the tensors of a file tell.</summary>
    /// <param name="template">What they do not tell.</param>
    /// <param name="shapeOf">Dimensions of the file's tensor of a name here; <see langword="null"/> where it has none.</param>
    DetectorSpec Told(DetectorSpec template, Func<string, IReadOnlyList<int>?> shapeOf) => template;

    /// <summary>The members of the family that a file of weights may belong to, likeliest first: all that a file does not tell by itself.</summary>
    /// <param name="template">Holds for all of them: input size, classes, norms.</param>
    IEnumerable<DetectorSpec> Variants(DetectorSpec template);
}
