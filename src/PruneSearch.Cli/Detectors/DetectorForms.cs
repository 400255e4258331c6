namespace PruneSearch.Cli.Detectors;

/// <summary>The forms in which a user can name a detector.</summary>
[Flags]
internal enum DetectorForms
{
    /// <summary>A folder with detector.json and weights.safetensors.</summary>
    Folder = 1,

    /// <summary>A search file: the detector that its weights are.</summary>
    SearchFile = 2,

    /// <summary>A detector.json alone: no weights.</summary>
    Specification = 4,

    /// <summary>A file of weights, with the labels or the detector.json that belong to it.</summary>
    WeightsFile = 8,

    Onnx = 16,
}
