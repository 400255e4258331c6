namespace PruneSearch.Core.Detectors.Rules;

/// <summary>How the outputs of a row become the scores of its classes.</summary>
public sealed record ScoreRule
{
    /// <summary>What class outputs go through.</summary>
    public required ScoreFunction Function { get; init; }

    /// <summary>Whether class output 0 is the background; otherwise every class output is a class. Softmax needs one.</summary>
    public required bool Background { get; init; }

    /// <summary>Whether the network has an output <see cref="DetectorModel.ObjectnessOutput"/>: every score is multiplied by its sigmoid.</summary>
    public bool Objectness { get; init; }

    /// <summary>Index of the first class among the class outputs.</summary>
    public int FirstClass => Background ? 1 : 0;

    /// <summary>Class outputs a row.</summary>
    public int OutputsFor(int classes) => classes + FirstClass;
}
