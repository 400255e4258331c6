namespace PruneSearch.Core.Detectors.Rules;

/// <summary>How a detector learns: which rows answer for which objects, and what wrong answers cost.</summary>
public sealed record TrainingRule
{
    /// <summary>Which rows answer for an object.</summary>
    public required AssignmentRule Assignment { get; init; }

    /// <summary>What wrong classes cost.</summary>
    public required ClassLossRule Classes { get; init; }

    /// <summary>What wrong boxes cost.</summary>
    public required BoxLossRule Boxes { get; init; }

    /// <summary>
    /// Whether the loss of each picture is divided by its own number of assigned rows, and the mean taken over pictures;
    /// otherwise the loss of the batch is divided by the number of the batch.
    /// </summary>
    public bool PerPicture { get; init; }
}
