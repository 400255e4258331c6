using PruneSearch.Core.Networks;

namespace PruneSearch.Inference.Latency;

/// <summary>A network whose latency was measured.</summary>
/// <param name="Network">The structure; weights do not matter.</param>
/// <param name="Milliseconds">Median latency, above 0; all structures of one model in the same unit on the same device.</param>
public sealed record MeasuredStructure(Network Network, double Milliseconds);

/// <summary>How far predictions are from measurements, as shares of the measured latency.</summary>
/// <param name="Mean">Mean absolute error.</param>
/// <param name="Largest">Largest absolute error.</param>
/// <param name="Structures">Number of predictions.</param>
public sealed record PredictionError(double Mean, double Largest, int Structures);

/// <summary>
/// Predicts the latency of structures that were not measured, as a sum of non-negative costs for work and memory traffic,
/// fitted to measured ones on one device. Good enough to choose what to measure; never a result.
/// </summary>
public sealed class QuickLatencyModel
{
    /// <summary>Fewest structures that a model can be fitted to.</summary>
    public const int MinimumStructures = 3;

    // Several features grow together as a network does: a little shrinkage spreads the cost among them.
    private const double Ridge = 1e-5;

    private readonly double[] _costs;

    private QuickLatencyModel(double[] costs, PredictionError heldOut) => (_costs, HeldOut) = (costs, heldOut);

    /// <summary>Error on structures that the fit has not seen: each is predicted from all the others.</summary>
    public PredictionError HeldOut { get; }

    /// <summary>Milliseconds for each unit of work: a million multiply-accumulates or bytes.</summary>
    public IReadOnlyDictionary<string, double> Costs => StructureFeatures.Names.Zip(_costs).ToDictionary(c => c.First, c => c.Second);

    /// <summary>Fits the costs of layers to measured structures.</summary>
    /// <exception cref="ArgumentException">There are fewer than <see cref="MinimumStructures"/> structures, or a latency is not above 0.</exception>
    public static QuickLatencyModel Fit(IReadOnlyList<MeasuredStructure> structures)
    {
        if (structures.Count < MinimumStructures)
        {
            throw new ArgumentException($"A latency model needs at least {MinimumStructures} measured structures, got {structures.Count}.", nameof(structures));
        }
        if (structures.FirstOrDefault(s => !(s.Milliseconds > 0 && double.IsFinite(s.Milliseconds))) is { } wrong)
        {
            throw new ArgumentException($"A measured latency of {wrong.Milliseconds} ms is not above 0.", nameof(structures));
        }
        double[][] features = [.. structures.Select(s => StructureFeatures.Of(s.Network))];
        double[] measured = [.. structures.Select(s => s.Milliseconds)];
        double[] errors = [.. Enumerable.Range(0, measured.Length).Select(left => HeldOutError(features, measured, left))];
        return new QuickLatencyModel(FitCosts(features, measured), new PredictionError(errors.Average(), errors.Max(), errors.Length));
    }

    /// <summary>Predicted median latency in milliseconds.</summary>
    public double Predict(Network network) => Dot(_costs, StructureFeatures.Of(network));

    private static double HeldOutError(double[][] features, double[] measured, int left)
    {
        var costs = FitCosts([.. features.Where((_, i) => i != left)], [.. measured.Where((_, i) => i != left)]);
        return Math.Abs(Dot(costs, features[left]) / measured[left] - 1);
    }

    // Relative errors are what counts: every row is divided by its latency.
    private static double[] FitCosts(double[][] features, double[] measured) =>
        NonNegativeLeastSquares.Solve([.. features.Zip(measured, (f, m) => f.Select(v => v / m).ToArray())], [.. measured.Select(_ => 1.0)], Ridge);

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
