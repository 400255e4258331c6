using PruneSearch.Core.Detectors;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Detecting;

/// <summary>What an exported file says it is, without loading it into an engine.</summary>
/// <param name="Model">The detector.</param>
/// <param name="EndToEnd">Whether detections come out of it, or raw head outputs.</param>
/// <param name="Precision"><c>float32</c> or <c>int8</c>.</param>
public sealed record ExportedModel(DetectorModel Model, bool EndToEnd, string Precision)
{
    /// <summary>Reads a file's content.</summary>
    /// <param name="file">All bytes.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <exception cref="FormatException">It is damaged or no exported detector; the message says what is wrong.</exception>
    public static ExportedModel Read(byte[] file, string source)
    {
        var exported = ExportedDetector.Of(OnnxFile.Read(file, source), source);
        return new ExportedModel(exported.Model, exported.EndToEnd, exported.Precision);
    }
}
