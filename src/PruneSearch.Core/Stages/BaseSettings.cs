using System.Text.Json.Serialization;
using PruneSearch.Core.Detectors;

namespace PruneSearch.Core.Stages;

/// <summary>Where the base detector comes from.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.BaseSettings")]
public sealed record BaseSettings
{
    /// <summary>The detector to build, with the classes of the data.</summary>
    [Id(0)]
    public required DetectorSpec Detector { get; init; }

    /// <summary>SHA-256 of the pretrained weights in the checkpoint store; <see langword="null"/> starts from random weights, or from a backbone's.</summary>
    [Id(1)]
    public string? WeightsSha256 { get; init; }

    /// <summary>The detector that the pretrained weights belong to, with its own class names.</summary>
    [Id(2)]
    public DetectorSpec? WeightsDetector { get; init; }

    /// <summary>Training pictures whose statistics fill re-inserted batch norms, 8 or more.</summary>
    [Id(3)]
    public int CalibrationImages { get; init; } = 64;

    /// <summary>
    /// SHA-256 of weights in the checkpoint store of which the detector takes the backbone; <see langword="null"/> takes none, and then does not
    /// count in the keys of stages.
    /// </summary>
    [Id(4), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BackboneSha256 { get; init; }

    /// <summary>Edge of the detector's input in pixels: that of the weights, where they tell.</summary>
    [JsonIgnore]
    public int InputSize => (WeightsDetector ?? Detector).InputSize;

    /// <summary>An input size as the stages after it name it: <see langword="null"/> where it is the detector's own.</summary>
    /// <param name="inputSize">Edge of the input in pixels; <see langword="null"/> for the detector's own.</param>
    internal int? Other(int? inputSize) => inputSize == InputSize ? null : inputSize;
}
