namespace PruneSearch.Inference.Detecting;

/// <summary>Where the time of a detection went, in milliseconds.</summary>
/// <param name="PreProcessing">Resampling the decoded picture into the network's input.</param>
/// <param name="Network">Running the model.</param>
/// <param name="PostProcessing">Decoding boxes and suppressing overlaps; next to nothing for the end-to-end form.</param>
public readonly record struct DetectionTimes(double PreProcessing, double Network, double PostProcessing);
