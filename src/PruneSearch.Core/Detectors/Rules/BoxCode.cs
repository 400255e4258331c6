namespace PruneSearch.Core.Detectors.Rules;

/// <summary>
/// How four values become a box: offset of the centre = value / <see cref="CenterScale"/> · edge of the reference box, and
/// edge = exp(value / <see cref="SizeScale"/>) · edge of the reference box (Girshick et al. 2014, appendix C, with scales).
/// </summary>
public sealed record BoxCode
{
    /// <summary>Order of the values.</summary>
    public required BoxOrder Order { get; init; }

    /// <summary>Factor of the coded centre offsets, above 0.</summary>
    public double CenterScale { get; init; } = 1;

    /// <summary>Factor of the coded log sizes, above 0.</summary>
    public double SizeScale { get; init; } = 1;

    /// <summary>Largest log size (after the scale): beyond it a value means nothing, and an untrained network would make infinities.</summary>
    public double MaxLogSize { get; init; } = 8;
}
