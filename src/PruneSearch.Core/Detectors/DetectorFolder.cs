using PruneSearch.Core.Weights;

namespace PruneSearch.Core.Detectors;

/// <summary>A detector with its weights.</summary>
/// <param name="Model">The network and its default boxes, built from the specification.</param>
/// <param name="Weights">All of its tensors.</param>
public sealed record SavedDetector(DetectorModel Model, WeightSet Weights);

/// <summary>
/// A detector on disk, pruned or not: a folder with its specification, <c>detector.json</c>, and its weights,
/// <c>weights.safetensors</c>. Nothing else is needed to run it on another machine. The folder of a finished stage is one.
/// </summary>
public static class DetectorFolder
{
    /// <summary>Name of the specification: architecture, classes, width of each channel group; see <see cref="DetectorSpec"/>.</summary>
    public const string SpecFile = "detector.json";

    /// <summary>Name of the weights in the safetensors format.</summary>
    public const string WeightsFile = "weights.safetensors";

    private const int MaxSpecBytes = 1 << 24;

    /// <summary>Reads a detector: <c>var (model, weights) = DetectorFolder.Read(path)</c>.</summary>
    /// <exception cref="FormatException">A file is damaged, of an unknown version, or the weights do not belong to the specification; the message says what and where.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static SavedDetector Read(string folder)
    {
        var model = ReadModel(Path.Combine(folder, SpecFile));
        string file = Path.Combine(folder, WeightsFile);
        var weights = Safetensors.Read(file);
        weights.RequireFit(model.Network, file);
        return new SavedDetector(model, weights);
    }

    /// <summary>Reads a specification and builds its network; enough to count parameters and MACs.</summary>
    /// <param name="specFile">The JSON file.</param>
    /// <exception cref="FormatException">It is damaged, of an unknown version, or describes no detector that can be built.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public static DetectorModel ReadModel(string specFile)
    {
        if (new FileInfo(specFile) is { Exists: true, Length: > MaxSpecBytes })
        {
            throw new FormatException($"{specFile}: is larger than {MaxSpecBytes} bytes, expected a detector specification");
        }
        var spec = DetectorSpec.FromJson(File.ReadAllText(specFile), specFile);
        try
        {
            return DetectorCatalog.Build(spec);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"{specFile}: {e.Message}", e);
        }
    }

    /// <summary>Writes a detector. Each file is complete or not there: it is written under another name first.</summary>
    /// <param name="folder">The folder; made if it does not exist. Files of the same names are replaced.</param>
    /// <param name="detector">What to write; the specification names the width of every group.</param>
    /// <exception cref="FormatException">The weights do not belong to the model.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Write(string folder, SavedDetector detector)
    {
        detector.Weights.RequireFit(detector.Model.Network, WeightsFile);
        Directory.CreateDirectory(folder);
        Replace(Path.Combine(folder, WeightsFile), stream => Safetensors.Write(stream, detector.Weights));
        Replace(Path.Combine(folder, SpecFile), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(detector.Model.Spec.ToJson() + "\n")));
    }

    private static void Replace(string path, Action<Stream> write)
    {
        string temporary = path + "." + Guid.NewGuid().ToString("N")[..8];
        try
        {
            using (var stream = File.Create(temporary))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
