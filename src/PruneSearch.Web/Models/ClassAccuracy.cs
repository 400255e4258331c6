namespace PruneSearch.Web.Models;

/// <summary>How well a class is found, on the validation split.</summary>
/// <param name="Ap50">Average precision at IoU 0.5 of the model, 0 to 1; <see langword="null"/> where the split has no such object.</param>
internal sealed record ClassAccuracy(string Class, double? Ap50, double? OriginalAp50);
