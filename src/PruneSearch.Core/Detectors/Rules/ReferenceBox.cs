namespace PruneSearch.Core.Detectors.Rules;

/// <summary>What the coded box of an output row is relative to (an "anchor", a "default box", a cell), in fractions of the input's edges.</summary>
/// <param name="CenterY">Vertical centre; 0 is the top of the input, 1 its bottom.</param>
/// <param name="CenterX">Horizontal centre; 0 is the left of the input, 1 its right.</param>
/// <param name="Height">Above 0.</param>
/// <param name="Width">Above 0.</param>
public readonly record struct ReferenceBox(float CenterY, float CenterX, float Height, float Width);
