namespace PruneSearch.Inference.Quantisation;

/// <summary>What an activation was on calibration pictures.</summary>
/// <param name="Low">Low end of its range, at most 0: a range always holds 0, which padding needs.</param>
/// <param name="High">High end of its range, at least 0.</param>
/// <param name="Variances">Variance of the values of each channel over all positions and pictures.</param>
internal sealed record ActivationStatistics(float Low, float High, IReadOnlyList<double> Variances);
