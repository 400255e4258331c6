namespace PruneSearch.Inference.Onnx;

/// <summary>How a detector is written as an ONNX model.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>Pictures a run; <see langword="null"/> leaves it to each run. The end-to-end form always has 1.</summary>
    public int? BatchSize { get; init; } = 1;

    /// <summary>Version of the ONNX operator set, 17 to 22.</summary>
    public int Opset { get; init; } = 17;

    /// <summary>Metadata beside that of the detector itself, for example the key of the stage it comes from.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
