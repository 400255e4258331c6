namespace PruneSearch.Pruning.Compensation;

/// <summary>How readers are re-solved.</summary>
public sealed record CompensationOptions
{
    /// <summary>Pull towards the weights as they are, as a share of the mean variance of the inputs: 0 to 1. Default 1e-3.</summary>
    public double Damping { get; init; } = 1e-3;

    /// <summary>
    /// Bytes of feature maps that are kept while the solver walks through the layers, of each of the two networks; 0 or more.
    /// Pictures beyond it are computed again for each layer: slower, but memory does not grow with their number. Default 1 GiB.
    /// </summary>
    public long MapBytes { get; init; } = 1L << 30;
}
