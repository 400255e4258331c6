namespace PruneSearch.Inference.Quantisation;

/// <summary>How the range of an activation follows from what calibration pictures gave.</summary>
public enum CalibrationMethod
{
    /// <summary>Smallest to largest value.</summary>
    MinMax,

    /// <summary>Without the most extreme values at each end; see <see cref="QuantisationOptions.Percentile"/>.</summary>
    Percentile,
}

/// <summary>How a model is quantised.</summary>
public sealed record QuantisationOptions
{
    /// <summary>Where the ranges of activations come from.</summary>
    public CalibrationMethod Method { get; init; } = CalibrationMethod.MinMax;

    /// <summary>Share of an activation's values below the upper end of its range, and above the lower end; 0.5 to below 1.</summary>
    public double Percentile { get; init; } = 0.9999;

    /// <summary>
    /// Bits of a weight: 8, or 7 for processors that add two products of bytes in 16 bits and would saturate (x86 with
    /// AVX2 or AVX-512 but without VNNI).
    /// </summary>
    public int WeightBits { get; init; } = 8;

    /// <summary>
    /// Largest noise that bytes may add to what a convolution answers, as a share of its variance, 0 to 1: convolutions above it stay in
    /// floating point, and those that make their inputs. 1 leaves none out.
    /// </summary>
    public double MaxNoise { get; init; } = 0.03;

    internal void Validate()
    {
        if (!(MaxNoise is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(MaxNoise), MaxNoise, "The largest noise must be from 0 to 1.");
        }
        if (!(Percentile is >= 0.5 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Percentile), Percentile, "The percentile must be from 0.5 to below 1.");
        }
        if (WeightBits is not (7 or 8))
        {
            throw new ArgumentOutOfRangeException(nameof(WeightBits), WeightBits, "Weights have 7 or 8 bits.");
        }
    }
}
