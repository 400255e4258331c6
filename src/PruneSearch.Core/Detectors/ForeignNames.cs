using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Weights;

namespace PruneSearch.Core.Detectors;

/// <summary>How another program calls and trains the tensors of a family, all of them or those of a backbone.</summary>
public sealed record ForeignNames
{
    /// <summary>Whose names they are, for messages.</summary>
    public required string Program { get; init; }

    /// <summary>A tensor that every such file has; there may be a prefix before all names.</summary>
    public required string First { get; init; }

    /// <summary>What such detectors are like, as far as it is no choice of the user.</summary>
    public required DetectorSpec Template { get; init; }

    /// <summary>The name there of a tensor here; <see langword="null"/> for those that such files do not have: they start random.</summary>
    public required Func<string, string?> Of { get; init; }

    /// <summary>Added to the variance in the batch norms there; <see langword="null"/> where it is the same as here.</summary>
    public double? Epsilon { get; init; }

    /// <summary>How pictures become inputs there; <see langword="null"/> where it is the same as here.</summary>
    public InputRule? Input { get; init; }

    /// <summary>What a tensor there is here, by its name here; <see langword="null"/> where all are the same.</summary>
    public Func<string, WeightTensor, WeightTensor>? Convert { get; init; }

    /// <summary>
    /// Whether layers here stand in the order in which the other program computes them: then an exported graph, which has lost the
    /// names, can be told by the order of its convolutions.
    /// </summary>
    public bool SameOrder { get; init; }
}
