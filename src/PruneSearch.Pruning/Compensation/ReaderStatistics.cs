using PruneSearch.Detection;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Compensation;

/// <summary>
/// Streaming means and covariances of what a reader reads (y) and of what it should give (t). Products of a batch are taken
/// in float32 around a fixed shift near the mean, sums in float64. Memory does not grow with the number of rows.
/// </summary>
internal sealed class ReaderStatistics : IDisposable
{
    private static readonly Scalar Zero = 0;

    private Tensor? _shiftT, _shiftY, _sumT, _sumY, _cross, _own, _squares;

    /// <summary>Sum of the weights of all rows: their number where all weigh 1.</summary>
    public double Count { get; private set; }

    /// <summary>Mean of t, float64 <c>[T]</c>.</summary>
    public Tensor MeanT() => Mean(_sumT, _shiftT);

    /// <summary>Mean of y, float64 <c>[D]</c>.</summary>
    public Tensor MeanY() => Mean(_sumY, _shiftY);

    /// <summary>Covariance of t with y, float64 <c>[T, D]</c>; around zero instead of the means when not <paramref name="centred"/>.</summary>
    public Tensor Cross(bool centred) => Covariance(Require(_cross), Require(_sumT), _sumY!, centred, MeanT, MeanY);

    /// <summary>Covariance of y, float64 <c>[D, D]</c>; around zero instead of the mean when not <paramref name="centred"/>.</summary>
    public Tensor Own(bool centred) => Covariance(Require(_own), _sumY!, _sumY!, centred, MeanY, MeanY);

    /// <summary>Mean square of what is left of each value of t when <c>W y</c> is taken from it.</summary>
    /// <param name="solution">W, float64 <c>[T, D]</c>.</param>
    /// <param name="centred">Whether the means are taken out of both.</param>
    public double[] Left(Tensor solution, bool centred)
    {
        using var scope = NewDisposeScope();
        var mean = Require(_sumT).Over(Count);
        var own = Require(_squares).Over(Count) - mean.Squared();
        own = centred ? own : own.Plus(MeanT().Squared());
        var left = (own - (solution * Cross(centred)).sum(1).Times(2)).Plus((solution.matmul(Own(centred)) * solution).sum(1));
        return left.clamp_min(Zero).contiguous().data<double>().ToArray();
    }

    /// <summary>Adds rows <c>[rows, D]</c>, float32.</summary>
    /// <param name="y">The rows.</param>
    /// <param name="weights">How much each counts, <c>[rows, 1]</c>; all 1 when left out.</param>
    public void Add(Tensor y, Tensor? weights = null)
    {
        using var scope = NewDisposeScope();
        AddCentred(Centre(y, ref _shiftY), weights);
    }

    /// <summary>Adds rows of t <c>[rows, T]</c> and, at the same positions, of y <c>[rows, D]</c>, both float32.</summary>
    /// <param name="t">What should be given.</param>
    /// <param name="y">What is read.</param>
    /// <param name="weights">How much each row counts, <c>[rows, 1]</c>; all 1 when left out.</param>
    public void Add(Tensor t, Tensor y, Tensor? weights)
    {
        using var scope = NewDisposeScope();
        Tensor dt = Centre(t, ref _shiftT), dy = Centre(y, ref _shiftY);
        Accumulate(ref _squares, (weights is null ? dt.Squared() : dt.Squared() * weights).sum(0, type: ScalarType.Float64));
        dt = weights is null ? dt : dt * weights;
        Accumulate(ref _sumT, dt.sum(0, type: ScalarType.Float64));
        Accumulate(ref _cross, dt.t().matmul(dy).to(ScalarType.Float64));
        AddCentred(dy, weights);
    }

    /// <summary>Checks that all that was seen is finite, products included.</summary>
    /// <param name="reader">Name of the reading layer, for messages.</param>
    /// <exception cref="NotFiniteNumberException">It is not.</exception>
    public void RequireFinite(string reader)
    {
        using var scope = NewDisposeScope();
        if (((Tensor?[])[_shiftT, _shiftY, _sumT, _sumY, _cross, _own, _squares]).Any(t => t is not null && !t.isfinite().all().item<bool>()))
        {
            throw new NotFiniteNumberException($"layer '{reader}' reads, or should give, values on the calibration pictures that are not finite or too large " +
                "for a covariance");
        }
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor?[])[_shiftT, _shiftY, _sumT, _sumY, _cross, _own, _squares])
        {
            tensor?.Dispose();
        }
    }

    private void AddCentred(Tensor dy, Tensor? weights)
    {
        var weighted = weights is null ? dy : dy * weights;
        Accumulate(ref _sumY, weighted.sum(0, type: ScalarType.Float64));
        Accumulate(ref _own, weighted.t().matmul(dy).to(ScalarType.Float64));
        Count += weights?.sum(ScalarType.Float64).item<double>() ?? dy.shape[0];
    }

    private Tensor Mean(Tensor? sum, Tensor? shift) => Require(sum).Over(Count).Plus(shift!);

    private Tensor Covariance(Tensor products, Tensor sumA, Tensor sumB, bool centred, Func<Tensor> meanA, Func<Tensor> meanB)
    {
        using var scope = NewDisposeScope();
        var covariance = products.Over(Count) - sumA.Over(Count).outer(sumB.Over(Count));
        return (centred ? covariance : covariance.Plus(meanA().outer(meanB()))).MoveToOuterDisposeScope();
    }

    private static Tensor Centre(Tensor rows, ref Tensor? shift)
    {
        shift ??= Keep(rows.mean([0]).to(ScalarType.Float64));
        return rows - shift.to(ScalarType.Float32);
    }

    private static Tensor Require(Tensor? value) => value ?? throw new InvalidOperationException("There are no calibration rows.");

    private static Tensor Keep(Tensor value) => value.DetachFromDisposeScope();

    private static void Accumulate(ref Tensor? sum, Tensor value)
    {
        if (sum is null)
        {
            sum = Keep(value.clone());
        }
        else
        {
            sum.PlusInPlace(value);
        }
    }
}
