using System.Numerics;
using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Weights;

/// <summary>A named array of 32-bit floats, row-major.</summary>
public sealed class WeightTensor
{
    /// <summary>Wraps values without copying them.</summary>
    /// <exception cref="ArgumentException">A dimension is negative, or the number of values is not the product of the dimensions.</exception>
    public WeightTensor(IReadOnlyList<int> shape, float[] values)
    {
        var length = shape.Aggregate(BigInteger.One, (n, d) => n * d);
        if (length != values.Length || shape.Any(d => d < 0))
        {
            throw new ArgumentException($"Shape [{string.Join(", ", shape)}] needs {length} values, got {values.Length}.");
        }
        Shape = shape;
        Values = values;
    }

    /// <summary>Dimensions; empty for a scalar.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The values; not copied.</summary>
    public float[] Values { get; }
}

/// <summary>Named tensors in ordinal order of their names: weights, optimizer state, or averages.</summary>
public sealed class WeightSet : SortedDictionary<string, WeightTensor>
{
    /// <summary>An empty set.</summary>
    public WeightSet()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>A new set with the tensors of another one, which are not copied.</summary>
    public WeightSet(WeightSet tensors)
        : base(tensors, StringComparer.Ordinal)
    {
    }

    /// <summary>The first tensor with a value that is not finite and what is wrong with it; <see langword="null"/> where there is none.</summary>
    public string? NotFinite() => this
        .Select(t => FiniteValues.Problem(t.Value.Shape, t.Value.Values) is { } problem ? $"tensor '{t.Key}' {problem}" : null)
        .FirstOrDefault(p => p is not null);

    /// <summary>Checks what was computed.</summary>
    /// <param name="source">What it is, for messages.</param>
    /// <exception cref="NotFiniteNumberException">A value is NaN or infinite; the message names its tensor and its place.</exception>
    public void RequireFinite(string source)
    {
        if (NotFinite() is { } problem)
        {
            throw new NotFiniteNumberException($"{source}: {problem}");
        }
    }

    /// <summary>
    /// Checks that these are the tensors of a network: all of them, no others, same shapes, every value finite and every variance
    /// at least 0.
    /// </summary>
    /// <param name="source">Where the weights come from, for messages.</param>
    /// <exception cref="FormatException">They are not; the message names the first tensor that differs and what was expected.</exception>
    public void RequireFit(Network network, string source)
    {
        foreach (var tensor in network.Tensors)
        {
            if (!TryGetValue(tensor.Name, out var found))
            {
                throw new FormatException($"{source}: tensor '{tensor.Name}' {Text(tensor.Shape)} is missing; these weights do not belong to this detector.");
            }
            if (!found.Shape.SequenceEqual(tensor.Shape))
            {
                throw new FormatException($"{source}: tensor '{tensor.Name}' has shape {Text(found.Shape)}, expected {Text(tensor.Shape)}; these weights do " +
                    "not belong to this detector.");
            }
        }
        if (Count != network.Tensors.Count)
        {
            var expected = network.Tensors.Select(t => t.Name).ToHashSet();
            throw new FormatException($"{source}: tensor '{Keys.First(k => !expected.Contains(k))}' is not part of this detector.");
        }
        if (NotFinite() is { } problem)
        {
            throw new FormatException($"{source}: {problem}, expected finite numbers.");
        }
        foreach (var norm in network.Layers.OfType<BatchNormLayer>())
        {
            float least = this[norm.Tensors + ".running_var"].Values.Min();
            if (least < 0)
            {
                throw new FormatException(
                    FormattableString.Invariant($"{source}: tensor '{norm.Tensors}.running_var' has the variance {least:G6}, expected at least 0."));
            }
        }
    }

    private static string Text(IReadOnlyList<int> shape) => $"[{string.Join(", ", shape)}]";
}
