using System.Numerics.Tensors;

namespace PruneSearch.Core.Strategies.Surrogates;

/// <summary>
/// Gaussian-process regression with a covariance matrix that is given (Rasmussen, Williams 2006, algorithm 2.1): the prior mean is 0. A
/// further observation costs the square of how many there are.
/// </summary>
internal sealed class GaussianProcess
{
    private readonly List<double[]> _factor = []; // rows of the lower Cholesky factor, up to the diagonal
    private readonly List<double> _solved = []; // the factor's inverse times the observations
    private double[]? _alpha;

    /// <summary>Observations that it was fitted to.</summary>
    public int Count => _factor.Count;

    /// <summary>The covariance's inverse times the observations.</summary>
    public double[] Alpha => _alpha ??= Back();

    /// <summary>Logarithm of the probability density of the observations.</summary>
    public double LogLikelihood
    {
        get
        {
            double sum = -0.5 * Count * Math.Log(2 * Math.PI);
            for (int i = 0; i < Count; i++)
            {
                sum -= Math.Log(_factor[i][i]) + 0.5 * _solved[i] * _solved[i];
            }
            return sum;
        }
    }

    /// <summary>Takes an observation in.</summary>
    /// <param name="covariances">With those before, in their order.</param>
    /// <param name="variance">Its own, noise included, above 0.</param>
    /// <param name="value">What was observed.</param>
    public void Add(ReadOnlySpan<double> covariances, double variance, double value)
    {
        double[] row = new double[Count + 1];
        Forward(covariances, row);
        double rest = variance - TensorPrimitives.Dot<double>(row.AsSpan(0, Count), row.AsSpan(0, Count));
        row[^1] = Math.Sqrt(Math.Max(rest, 1e-10 * variance)); // equal points may leave a little less than nothing
        double dot = 0;
        for (int i = 0; i < Count; i++)
        {
            dot += row[i] * _solved[i];
        }
        _solved.Add((value - dot) / row[^1]);
        _factor.Add(row);
        _alpha = null;
    }

    /// <summary>What is expected at a point.</summary>
    /// <param name="covariances">With the observations, in their order.</param>
    public double Mean(ReadOnlySpan<double> covariances) => TensorPrimitives.Dot(covariances, Alpha);

    /// <summary>The variance that the observations leave at a point, not below 0.</summary>
    /// <param name="covariances">With the observations, in their order.</param>
    /// <param name="variance">The prior variance there.</param>
    /// <param name="work">Room for as many numbers.</param>
    public double Variance(ReadOnlySpan<double> covariances, double variance, Span<double> work)
    {
        Forward(covariances, work);
        var solved = (ReadOnlySpan<double>)work[..Count];
        return Math.Max(0, variance - TensorPrimitives.Dot(solved, solved));
    }

    /// <summary>The inverse of the covariance, a row an observation.</summary>
    public double[][] Inverse()
    {
        // Rows of the transposed inverse factor: inverse[i][j] belongs to row j of the inverse factor.
        double[][] columns = [.. Enumerable.Range(0, Count).Select(_ => new double[Count])];
        for (int c = 0; c < Count; c++)
        {
            double[] column = columns[c];
            column[c] = 1 / _factor[c][c];
            for (int i = c + 1; i < Count; i++)
            {
                column[i] = -TensorPrimitives.Dot<double>(_factor[i].AsSpan(c, i - c), column.AsSpan(c, i - c)) / _factor[i][i];
            }
        }
        double[][] inverse = [.. Enumerable.Range(0, Count).Select(_ => new double[Count])];
        for (int i = 0; i < Count; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                inverse[i][j] = inverse[j][i] = TensorPrimitives.Dot<double>(columns[i].AsSpan(i), columns[j].AsSpan(i));
            }
        }
        return inverse;
    }

    private void Forward(ReadOnlySpan<double> covariances, Span<double> solved)
    {
        for (int i = 0; i < Count; i++)
        {
            double[] row = _factor[i];
            solved[i] = (covariances[i] - TensorPrimitives.Dot(row.AsSpan(0, i), (ReadOnlySpan<double>)solved[..i])) / row[i];
        }
    }

    private double[] Back()
    {
        double[] alpha = [.. _solved];
        for (int i = Count - 1; i >= 0; i--)
        {
            double[] row = _factor[i];
            alpha[i] /= row[i];
            TensorPrimitives.MultiplyAdd(row.AsSpan(0, i), -alpha[i], alpha.AsSpan(0, i), alpha.AsSpan(0, i));
        }
        return alpha;
    }
}
