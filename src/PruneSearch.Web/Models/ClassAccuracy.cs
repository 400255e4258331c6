namespace PruneSearch.Web.Models;

/// <summary>How well a class is found, on the validation split.</summary>
/// <param name="Class">Its name.</param>
/// <param name="Ap50">Average precision at IoU 0.5 of the model, 0 to 1; <see langword="null"/> where the split has no such object.</param>
/// <param name="OriginalAp50">That of the original.</param>
internal sealed record ClassAccuracy(string Class, double? Ap50, double? OriginalAp50);
