namespace PruneSearch.Data.Metrics;

/// <summary>How well one class is found.</summary>
/// <param name="Ap">Mean over IoU .50 to .95, 0 to 1; NaN where the data has no such object.</param>
/// <param name="Ap50">At IoU .50, 0 to 1; NaN where the data has no such object.</param>
/// <param name="Objects">Objects that count.</param>
public sealed record ClassAveragePrecision(string Name, double Ap, double Ap50, int Objects);
