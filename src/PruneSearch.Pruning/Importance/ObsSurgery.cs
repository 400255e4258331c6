using System.Numerics;

namespace PruneSearch.Pruning.Importance;

/// <summary>The state of one reader while its inputs are removed one after the other.</summary>
/// <param name="weights">Row-major <c>[inputs, outputs]</c>; changed.</param>
/// <param name="inverse">Inverse covariance of the inputs, row-major <c>[inputs, inputs]</c>; changed.</param>
/// <param name="inputs">Number of inputs.</param>
/// <param name="offsets">Where the group's channels stand among the inputs.</param>
internal sealed class ObsSurgery(double[] weights, double[] inverse, int inputs, int[] offsets)
{
    private readonly int _outputs = weights.Length / inputs;
    private readonly bool[] _removed = new bool[inputs];
    private readonly double[] _squares =
        [.. Enumerable.Range(0, inputs).Select(i => Square(weights.AsSpan(i * (weights.Length / inputs), weights.Length / inputs)))];

    /// <summary>Mean square error that removing a channel adds to the weighted outputs: ‖w‖² / (C⁻¹)_jj.</summary>
    public double Cost(int channel)
    {
        double cost = 0;
        foreach (int offset in offsets)
        {
            int j = offset + channel;
            cost += _squares[j] / inverse[j * inputs + j];
        }
        return cost;
    }

    /// <summary>Removes a channel and re-solves the weights and the inverse of those that stay.</summary>
    public void Remove(int channel)
    {
        foreach (int offset in offsets)
        {
            Eliminate(offset + channel);
        }
    }

    private void Eliminate(int j)
    {
        double[] pivotRow = inverse.AsSpan(j * inputs, inputs).ToArray();
        double[] pivotWeights = weights.AsSpan(j * _outputs, _outputs).ToArray();
        _removed[j] = true;
        for (int i = 0; i < inputs; i++)
        {
            if (_removed[i])
            {
                continue;
            }
            double factor = pivotRow[i] / pivotRow[j];
            Subtract(inverse.AsSpan(i * inputs, inputs), pivotRow, factor);
            var row = weights.AsSpan(i * _outputs, _outputs);
            Subtract(row, pivotWeights, factor);
            _squares[i] = Square(row);
        }
    }

    private static void Subtract(Span<double> target, ReadOnlySpan<double> values, double factor)
    {
        int i = 0;
        for (; i <= target.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            (new Vector<double>(target[i..]) - new Vector<double>(values[i..]) * factor).CopyTo(target[i..]);
        }
        for (; i < target.Length; i++)
        {
            target[i] -= values[i] * factor;
        }
    }

    private static double Square(ReadOnlySpan<double> values)
    {
        var sum = Vector<double>.Zero;
        int i = 0;
        for (; i <= values.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var part = new Vector<double>(values[i..]);
            sum += part * part;
        }
        double total = Vector.Sum(sum);
        for (; i < values.Length; i++)
        {
            total += values[i] * values[i];
        }
        return total;
    }
}
