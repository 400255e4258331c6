using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Compensation;

/// <summary>
/// Streaming means and (cross-)covariances of what a reader reads in the original network (x) and in the one being pruned (y).
/// Products of a batch are taken in float32 around a fixed shift near the mean, sums in float64. Memory does not grow with
/// the number of rows.
/// </summary>
internal sealed class ReaderStatistics : IDisposable
{
    private Tensor? _shift, _sumX, _sumY, _products, _ownProducts;

    /// <summary>Rows seen.</summary>
    public long Count { get; private set; }

    /// <summary>Mean of x, float64 <c>[D]</c>.</summary>
    public Tensor MeanX() => Require(_sumX) / Count + _shift!;

    /// <summary>Mean of y, float64 <c>[D]</c>.</summary>
    public Tensor MeanY() => Require(_sumY) / Count + _shift!;

    /// <summary>Covariance of x with y, float64 <c>[D, D]</c>; around zero instead of the means when not <paramref name="centred"/>.</summary>
    public Tensor Cross(bool centred) => Covariance(Require(_products), _sumX!, _sumY!, centred, MeanX, MeanY);

    /// <summary>Covariance of y, float64 <c>[D, D]</c>; around zero instead of the mean when not <paramref name="centred"/>.</summary>
    public Tensor Own(bool centred) => Covariance(_ownProducts ?? Require(_products), _sumY!, _sumY!, centred, MeanY, MeanY);

    /// <summary>Adds rows <c>[rows, D]</c>, float32.</summary>
    /// <param name="x">In the original network.</param>
    /// <param name="y">At the same positions in the one being pruned; <see langword="null"/> when it is still the same up to here. Give it always or never.</param>
    public void Add(Tensor x, Tensor? y = null)
    {
        using var scope = NewDisposeScope();
        _shift ??= Keep(x.mean([0]).to(ScalarType.Float64));
        var shift = _shift.to(ScalarType.Float32);
        var dx = x - shift;
        var dy = y is null ? dx : y - shift;
        Accumulate(ref _sumX, dx.sum(0, type: ScalarType.Float64));
        Accumulate(ref _sumY, dy.sum(0, type: ScalarType.Float64));
        Accumulate(ref _products, dx.t().matmul(dy).to(ScalarType.Float64));
        if (y is not null)
        {
            Accumulate(ref _ownProducts, dy.t().matmul(dy).to(ScalarType.Float64));
        }
        Count += x.shape[0];
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor?[])[_shift, _sumX, _sumY, _products, _ownProducts])
        {
            tensor?.Dispose();
        }
    }

    private Tensor Covariance(Tensor products, Tensor sumA, Tensor sumB, bool centred, Func<Tensor> meanA, Func<Tensor> meanB)
    {
        using var scope = NewDisposeScope();
        var covariance = products / Count - (sumA / Count).outer(sumB / Count);
        return (centred ? covariance : covariance + meanA().outer(meanB())).MoveToOuterDisposeScope();
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
            sum.add_(value);
        }
    }
}
