using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors;

/// <summary>
/// A detector as data: its network, and the rules by which pictures become inputs, outputs become detections and objects become
/// what the outputs shall be. Trainer, decoder, exporter and pruner read these and nothing else.
/// </summary>
public sealed record DetectorModel
{
    /// <summary>Name of the output with coded boxes.</summary>
    public const string BoxesOutput = "boxes";

    /// <summary>Name of the output with class scores before sigmoid or softmax.</summary>
    public const string ClassesOutput = "classes";

    /// <summary>Name of the output with objectness before its sigmoid, where <see cref="ScoreRule.Objectness"/>.</summary>
    public const string ObjectnessOutput = "objectness";

    /// <summary>Name of the picture input: <c>[N, 3, size, size]</c>, as <see cref="Input"/> says.</summary>
    public const string ImageInput = "image";

    /// <summary>The specification with the width of every group.</summary>
    public required DetectorSpec Spec { get; init; }

    /// <summary>
    /// Outputs <see cref="BoxesOutput"/> <c>[N, rows, 4]</c>, <see cref="ClassesOutput"/> <c>[N, rows, class outputs]</c> and, where
    /// there is one, <see cref="ObjectnessOutput"/> <c>[N, rows, 1]</c>.
    /// </summary>
    public required Network Network { get; init; }

    /// <summary>One a row, in output order.</summary>
    public required IReadOnlyList<ReferenceBox> References { get; init; }

    /// <summary>How four values become a box.</summary>
    public required BoxCode BoxCode { get; init; }

    /// <summary>How outputs become scores.</summary>
    public required ScoreRule Scores { get; init; }

    /// <summary>How pictures become inputs.</summary>
    public required InputRule Input { get; init; }

    /// <summary>Which rows answer for which objects, and what wrong answers cost.</summary>
    public required TrainingRule Training { get; init; }

    /// <summary>What pictures must become.</summary>
    public InputSpec InputSpec => new(Spec.InputSize, Input);

    /// <summary>Class outputs a row: the classes, and the background where there is one.</summary>
    public int ClassOutputs => Scores.OutputsFor(Spec.Classes.Count);

    /// <summary>The detector that shares count from: the unpruned one, or the one that <see cref="RelativeTo"/> was given.</summary>
    public DetectorModel Dense => With(new Dictionary<string, int>());

    /// <summary>The same detector, of which shares count from another one and not from the unpruned one.</summary>
    /// <param name="original">What pruning began with: the detector that a search or a command was given. It may be this one.</param>
    /// <exception cref="ArgumentException">It has other groups, or one of them is narrower there.</exception>
    public DetectorModel RelativeTo(DetectorSpec original) => this with { Network = Network.RelativeTo(original.Widths) };

    /// <summary>
    /// The same detector on pictures of another size: layers, channels and tensors are the same, feature maps and reference boxes follow from the size.
    /// </summary>
    /// <param name="inputSize">Edge of the square input in pixels.</param>
    /// <exception cref="ArgumentException">The family does not take that size; the message says which it would take.</exception>
    public DetectorModel At(int inputSize)
    {
        if (inputSize == Spec.InputSize)
        {
            return this;
        }
        var model = DetectorCatalog.Build(DetectorCatalog.Find(Spec.Architecture).At(Spec, inputSize));
        return model with { Network = model.Network.RelativeTo(Network.Groups.ToDictionary(g => g.Name, g => g.DenseWidth)) };
    }

    /// <summary>The same detector with other widths.</summary>
    /// <param name="widths">Width of each group that is not at its dense width.</param>
    /// <exception cref="ArgumentException">A group that the network does not have, or a width that is not from 1 to its dense width.</exception>
    public DetectorModel With(IReadOnlyDictionary<string, int> widths)
    {
        var network = Network.With(widths);
        return this with { Network = network, Spec = Spec with { Widths = network.Widths } };
    }
}
