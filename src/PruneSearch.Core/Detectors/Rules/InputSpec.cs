namespace PruneSearch.Core.Detectors.Rules;

/// <summary>What pictures must become for a detector.</summary>
/// <param name="Size">Edge of the square input in pixels, at least 1.</param>
/// <param name="Rule">How pictures fill it and what their numbers become.</param>
public sealed record InputSpec(int Size, InputRule Rule)
{
    /// <summary>Stretched to a square, RGB from −1 to 1.</summary>
    public static InputSpec Stretched(int size) => new(size, InputRule.MinusOneToOne);
}
