namespace PruneSearch.Data.PostProcessing;

/// <summary>Which outputs of a detector become detections.</summary>
public sealed record DetectionOptions
{
    /// <summary>Smallest score, 0 to 1. Metrics want a low one, people who look at pictures about 0.5.</summary>
    public float ScoreThreshold { get; init; } = 0.01f;

    /// <summary>Of two boxes of a class with a larger IoU the one with the lower score goes; 0 to 1.</summary>
    public float IouThreshold { get; init; } = 0.6f;

    /// <summary>Most detections of a class in a picture, at least 1.</summary>
    public int MaxPerClass { get; init; } = 100;

    /// <summary>Most detections in a picture, at least 1; <see langword="null"/> for any number.</summary>
    public int? MaxTotal { get; init; }
}
