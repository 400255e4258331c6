using System.Globalization;
using System.Numerics.Tensors;

namespace PruneSearch.Core.Weights;

/// <summary>Finds values that are no finite numbers: NaN and the infinities.</summary>
public static class FiniteValues
{
    /// <summary>Whether every value is finite.</summary>
    public static bool All(ReadOnlySpan<float> values) => values.IsEmpty || TensorPrimitives.IsFiniteAll(values);

    /// <summary>What is wrong with an array, for messages: <c>is NaN at [0, 3] (2 of 8 values are not finite)</c>.</summary>
    /// <param name="shape">Its dimensions, row-major.</param>
    /// <param name="values">As many values.</param>
    /// <returns><see langword="null"/> where every value is finite.</returns>
    public static string? Problem(IReadOnlyList<int> shape, ReadOnlySpan<float> values)
    {
        if (All(values))
        {
            return null;
        }
        int first = -1, count = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                first = first < 0 ? i : first;
                count++;
            }
        }
        return string.Create(CultureInfo.InvariantCulture,
            $"is {Name(values[first])} at [{string.Join(", ", Position(shape, first))}] ({count} of {values.Length} values are not finite)");
    }

    private static string Name(float value) => float.IsNaN(value) ? "NaN" : value > 0 ? "infinite" : "minus infinite";

    private static int[] Position(IReadOnlyList<int> shape, int index)
    {
        int[] position = new int[shape.Count];
        for (int d = shape.Count - 1; d >= 0; d--)
        {
            (index, position[d]) = Math.DivRem(index, shape[d]);
        }
        return position;
    }
}
