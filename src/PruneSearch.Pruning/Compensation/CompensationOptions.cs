namespace PruneSearch.Pruning.Compensation;

/// <summary>How readers are re-solved.</summary>
public sealed record CompensationOptions
{
    /// <summary>Pull towards the old weights, as a share of the mean variance of the inputs: 0 to 1. Default 1e-3.</summary>
    public double Damping { get; init; } = 1e-3;

    /// <summary>
    /// In how many passes over the pictures readers are solved, first layers first, 1 or more. With more passes later
    /// readers make up for the errors that earlier ones leave; each pass runs both networks. Default 4.
    /// </summary>
    public int Rounds { get; init; } = 4;
}
