namespace PruneSearch.Inference.Latency;

/// <summary>Least squares with coefficients that are never negative, by cyclic coordinate descent on the normal equations.</summary>
internal static class NonNegativeLeastSquares
{
    private const int MaxSweeps = 20_000;
    private const double Tolerance = 1e-10;

    /// <summary>
    /// The x ≥ 0 that minimises |A·x − b|² + <paramref name="ridge"/> · |x|², with the columns of A scaled to length 1
    /// for the second term. The problem is convex, so coordinate descent reaches the minimum.
    /// </summary>
    public static double[] Solve(IReadOnlyList<double[]> rows, IReadOnlyList<double> targets, double ridge)
    {
        int n = rows[0].Length;
        double[] length = [.. Enumerable.Range(0, n).Select(j => Math.Sqrt(rows.Sum(r => r[j] * r[j])))];
        double Scaled(double[] row, int j) => length[j] > 0 ? row[j] / length[j] : 0;
        var gram = new double[n, n];
        double[] right = new double[n], x = new double[n];
        for (int j = 0; j < n; j++)
        {
            right[j] = rows.Zip(targets).Sum(p => Scaled(p.First, j) * p.Second);
            for (int k = 0; k < n; k++)
            {
                gram[j, k] = rows.Sum(r => Scaled(r, j) * Scaled(r, k)) + (j == k ? ridge : 0);
            }
        }
        double scale = right.Max(Math.Abs);
        for (int sweep = 0, changed = 1; sweep < MaxSweeps && changed > 0; sweep++)
        {
            changed = 0;
            for (int j = 0; j < n; j++)
            {
                double gradient = right[j];
                for (int k = 0; k < n; k++)
                {
                    gradient -= gram[j, k] * x[k];
                }
                double next = length[j] > 0 ? Math.Max(0, x[j] + gradient / gram[j, j]) : 0;
                changed += Math.Abs(next - x[j]) > Tolerance * scale ? 1 : 0;
                x[j] = next;
            }
        }
        return [.. x.Select((v, j) => length[j] > 0 ? v / length[j] : 0)];
    }
}
