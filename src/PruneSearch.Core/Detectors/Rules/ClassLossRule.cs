namespace PruneSearch.Core.Detectors.Rules;

/// <summary>What wrong classes cost.</summary>
public abstract record ClassLossRule
{
    private ClassLossRule()
    {
    }

    /// <summary>Cross-entropy of the assigned rows and of the background rows with the largest loss (Liu et al. 2016, section 2.2).</summary>
    public sealed record HardNegatives : ClassLossRule
    {
        /// <summary>Background rows for each assigned row of a picture, at least 1; as many too where a picture has none.</summary>
        public int Ratio { get; init; } = 3;
    }

    /// <summary>Focal loss of all rows (Lin et al. 2017, equation 5), with a sigmoid for each class.</summary>
    public sealed record Focal : ClassLossRule
    {
        /// <summary>Weight of the right class, 0 to 1; the others have the rest.</summary>
        public double Alpha { get; init; } = 0.25;

        /// <summary>Exponent of how wrong an answer is, at least 0.</summary>
        public double Gamma { get; init; } = 2;
    }

    /// <summary>
    /// Binary cross-entropy: of the objectness of all rows, and of the classes of assigned rows, which shall say how far the row's
    /// box overlaps its object (Ge et al. 2021).
    /// </summary>
    public sealed record Overlap : ClassLossRule;
}
