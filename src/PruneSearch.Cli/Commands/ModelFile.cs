using PruneSearch.Core.Weights;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Cli.Commands;

/// <summary>Models that users name: an exported file, or a folder with a trained detector.</summary>
internal static class ModelFile
{
    private const long MaxBytes = int.MaxValue; // what a protobuf file can hold

    /// <summary>The content of an exported file.</summary>
    /// <exception cref="IOException">There is none, or it is too large.</exception>
    public static byte[] Read(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"{path}: is a folder, expected an ONNX file");
        }
        long length = File.Exists(path) ? new FileInfo(path).Length : throw new IOException($"{path}: there is no such file, expected an ONNX file");
        return length <= MaxBytes ? File.ReadAllBytes(path) : throw new IOException($"{path}: {length} bytes, expected at most {MaxBytes}");
    }

    /// <summary>An exported file, or a detector of a folder (<c>detector.json</c> and <c>weights.safetensors</c>) exported in its raw form.</summary>
    /// <exception cref="IOException">There is neither.</exception>
    /// <exception cref="FormatException">The folder's files are damaged or do not fit one another.</exception>
    public static byte[] ReadOrExport(string path)
    {
        if (!Directory.Exists(path))
        {
            return Read(path);
        }
        string? missing = new[] { DetectorFolder.DetectorFile, DetectorFolder.WeightsFile }.Select(f => Path.Combine(path, f)).FirstOrDefault(f => !File.Exists(f));
        if (missing is not null)
        {
            throw new IOException($"{missing}: there is no such file, expected a folder with {DetectorFolder.DetectorFile} and {DetectorFolder.WeightsFile}");
        }
        var (model, weights) = DetectorFolder.Read(path);
        return OnnxExport.ToBytes(model, weights);
    }
}
