namespace PruneSearch.Core.Stages;

/// <summary>What a stage tells about its detector after quantisation to 8-bit integers: everything that differs from the float detector.</summary>
[GenerateSerializer, Alias("prunesearch.QuantisedReport")]
public sealed record QuantisedReport
{
    /// <summary>Mean average precision at IoU 0.5 on the validation split, 0 to 1, computed with the exported integer model.</summary>
    [Id(0)]
    public required double Map50 { get; init; }

    /// <summary>COCO mAP: mean over IoU 0.5 to 0.95, 0 to 1.</summary>
    [Id(1)]
    public required double Map { get; init; }

    /// <summary>Average precision at IoU 0.5 by class name; NaN where the split has no such object.</summary>
    [Id(2)]
    public required SortedDictionary<string, double> ClassAp50 { get; init; }

    /// <summary>Bytes of the exported integer model.</summary>
    [Id(3)]
    public required long ModelBytes { get; init; }

    /// <summary>Measured speed beside the dense float model.</summary>
    [Id(4)]
    public required LatencyReport Latency { get; init; }
}

/// <summary>Medians of what is done around the network for one picture, in milliseconds; never part of the latency.</summary>
/// <param name="PreProcessing">From the decoded picture to the network's input.</param>
/// <param name="PostProcessing">Scores, boxes and the suppression of overlaps.</param>
/// <param name="Pictures">Pictures of the validation split that were timed.</param>
[GenerateSerializer, Alias("prunesearch.ProcessingTimes")]
public sealed record ProcessingTimes([property: Id(0)] double PreProcessing, [property: Id(1)] double PostProcessing, [property: Id(2)] int Pictures);
