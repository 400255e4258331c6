using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Networks;
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

    /// <summary>Whether names, and what <see cref="Convert"/> does, are all that differs: then a file is a detector, not only a start for one.</summary>
    public bool OnlyNames => Epsilon is null && Input is null;

    /// <summary>All tensors of a network by their names here.</summary>
    /// <param name="network">The network, with batch norms if <see cref="Template"/> has them.</param>
    /// <param name="tensors">Tensors by their names there.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="FormatException">One is missing or has another shape; the message names it and what was expected.</exception>
    public WeightSet Translate(Network network, WeightSet tensors, string source)
    {
        var here = new WeightSet();
        foreach (var (name, shape) in network.Tensors.Select(t => (t.Name, t.Shape)))
        {
            string there = Of(name) ?? name, expected = $"[{string.Join(", ", shape)}]";
            if (!tensors.TryGetValue(there, out var found))
            {
                throw new FormatException($"{source}: tensor '{there}' {expected} is missing, expected all tensors of {Program}");
            }
            if (!found.Shape.SequenceEqual(shape))
            {
                throw new FormatException($"{source}: tensor '{there}' has shape [{string.Join(", ", found.Shape)}], expected {expected}");
            }
            here.Add(name, Convert?.Invoke(name, found) ?? found);
        }
        return here;
    }
}
