namespace PruneSearch.Data.PostProcessing;

/// <summary>An object that a detector found: its class, its score and its box in fractions of the picture.</summary>
/// <param name="Class">Index into the detector's classes; the background is none of them.</param>
/// <param name="Score">0 to 1.</param>
/// <param name="Box">Within the picture.</param>
public readonly record struct Detection(int Class, float Score, BoxCorners Box);
