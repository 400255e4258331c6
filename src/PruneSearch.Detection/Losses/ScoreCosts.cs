using System.Numerics.Tensors;

namespace PruneSearch.Detection.Losses;

/// <summary>
/// Binary cross-entropy between the scores of a row, √(class · objectness), and each class alone. That is the same sum for all
/// classes but for one term.
/// </summary>
/// <param name="count">Classes.</param>
internal sealed class ScoreCosts(int count)
{
    private const float MostNegative = -100; // as PyTorch limits logarithms in this loss

    private readonly float[] _scores = new float[count], _logs = new float[count];
    private float _sum;

    public int Count => count;

    /// <summary>Takes the outputs of a row in, before their sigmoids.</summary>
    public void Read(ReadOnlySpan<float> classes, float objectness)
    {
        TensorPrimitives.Sigmoid(classes, _scores);
        TensorPrimitives.Multiply(_scores, 1 / (1 + MathF.Exp(-objectness)), _scores);
        TensorPrimitives.Sqrt(_scores, _scores);
        TensorPrimitives.Subtract(1, _scores, _logs);
        TensorPrimitives.Log(_logs, _logs);
        TensorPrimitives.Max(_logs, MostNegative, _logs);
        _sum = TensorPrimitives.Sum<float>(_logs);
    }

    /// <summary>The cross-entropy with one class.</summary>
    public float Of(int @class) => _logs[@class] - Math.Max(MathF.Log(_scores[@class]), MostNegative) - _sum;
}
