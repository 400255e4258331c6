namespace PruneSearch.Core.Stages;

/// <summary>Medians of what is done around the network for one picture, in milliseconds; never part of the latency.</summary>
/// <param name="PreProcessing">From the decoded picture to the network's input.</param>
/// <param name="PostProcessing">Scores, boxes and the suppression of overlaps.</param>
/// <param name="Pictures">Pictures of the validation split that were timed.</param>
[GenerateSerializer, Alias("prunesearch.ProcessingTimes")]
public sealed record ProcessingTimes([property: Id(0)] double PreProcessing, [property: Id(1)] double PostProcessing, [property: Id(2)] int Pictures);
