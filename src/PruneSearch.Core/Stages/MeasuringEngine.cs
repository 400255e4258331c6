using System.Text.Json.Serialization;

namespace PruneSearch.Core.Stages;

/// <summary>What runs a network while its speed is measured.</summary>
public enum MeasuringEngine
{
    /// <summary>ONNX Runtime, with the exported file.</summary>
    [JsonStringEnumMemberName("onnxruntime")]
    OnnxRuntime,

    /// <summary>TorchSharp, with the detector itself.</summary>
    Torch,
}
