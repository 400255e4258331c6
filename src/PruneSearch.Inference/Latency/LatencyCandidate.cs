namespace PruneSearch.Inference.Latency;

/// <summary>A model to be measured.</summary>
/// <param name="Name">What the user calls it.</param>
/// <param name="Bytes">Size of its file.</param>
/// <param name="Load">Loads it; called again for every copy, session and repetition.</param>
public sealed record LatencyCandidate(string Name, long Bytes, Func<ILatencyEngine> Load)
{
    /// <summary>An exported file in ONNX Runtime.</summary>
    /// <exception cref="FormatException">On loading: it is no model that ONNX Runtime can run; the message begins with the name.</exception>
    public static LatencyCandidate Onnx(string name, byte[] file, int threads) => new(name, file.Length, () => new OnnxLatencyEngine(file, threads, name));
}
