namespace PruneSearch.Core.Detectors.Rules;

/// <summary>Which output rows answer for which objects.</summary>
public abstract record AssignmentRule
{
    private AssignmentRule()
    {
    }

    /// <summary>
    /// By how far reference boxes overlap objects: a row takes the object that it overlaps most if the IoU is at least
    /// <see cref="Positive"/>, is background below <see cref="Negative"/>, and does not count between them.
    /// </summary>
    public sealed record Iou : AssignmentRule
    {
        /// <summary>Smallest IoU of a row with its object, above 0 and at most 1.</summary>
        public double Positive { get; init; } = 0.5;

        /// <summary>IoU below which a row is background, at most <see cref="Positive"/>.</summary>
        public double Negative { get; init; } = 0.5;

        /// <summary>What becomes of objects that no row overlaps enough.</summary>
        public required BestRows Best { get; init; }
    }

    /// <summary>
    /// By what the detector answers (SimOTA; Ge et al. 2021, section 2.1): of the rows whose cell's middle lies near the centre of
    /// an object, those with the least cost, as many as the IoUs of the best rows sum up to.
    /// </summary>
    public sealed record SimOta : AssignmentRule
    {
        /// <summary>How near that middle is to an object's centre, in edges of the row's reference box.</summary>
        public double CenterRadius { get; init; } = 1.5;

        /// <summary>Where the middle of a row's cell is, from the centre of its reference box, in edges of that box.</summary>
        public double CellOffset { get; init; }

        /// <summary>Rows whose IoUs are summed up to the number of rows of an object, at least 1.</summary>
        public int Candidates { get; init; } = 10;

        /// <summary>Weight of −log IoU in the cost, beside the class cost with weight 1.</summary>
        public double IouCost { get; init; } = 3;
    }
}

/// <summary>What the rows that overlap an object most take although the IoU is small.</summary>
public enum BestRows
{
    /// <summary>One row, the first that overlaps the object most, takes that object.</summary>
    TakeThatObject,

    /// <summary>All rows that overlap the object most take the object that they themselves overlap most (torchvision).</summary>
    TakeTheirOwn,
}
