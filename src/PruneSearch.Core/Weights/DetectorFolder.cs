using PruneSearch.Core.Detectors;

namespace PruneSearch.Core.Weights;

/// <summary>
/// A detector as files: <c>detector.json</c> (architecture, classes, widths), <c>weights.safetensors</c> and
/// <c>labels.txt</c> (names of the class outputs, the background first where it is one; for people and other programs).
/// </summary>
public static class DetectorFolder
{
    /// <summary>The specification.</summary>
    public const string DetectorFile = "detector.json";

    /// <summary>The tensors.</summary>
    public const string WeightsFile = "weights.safetensors";

    /// <summary>The class outputs' names.</summary>
    public const string LabelsFile = "labels.txt";

    private const string Background = "background";
    private const int MaxTextBytes = 16 << 20;

    /// <summary>Writes a detector; files that are there are replaced one by one, each as a whole.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static void Write(string folder, DetectorModel model, WeightSet weights)
    {
        weights.RequireFit(model.Network, folder);
        Directory.CreateDirectory(folder);
        Replace(Path.Combine(folder, WeightsFile), stream => Safetensors.Write(stream, weights));
        Replace(Path.Combine(folder, LabelsFile), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', [.. model.Scores.Background ? [Background] : Array.Empty<string>(), .. model.Spec.Classes]) + "\n")));
        Replace(Path.Combine(folder, DetectorFile), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(model.Spec.ToJson() + "\n")));
    }

    /// <summary>Reads a detector, on any machine: <c>var (model, weights) = DetectorFolder.Read(folder)</c>.</summary>
    /// <exception cref="FormatException">A file is damaged, or the weights are those of another detector.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static (DetectorModel Model, WeightSet Weights) Read(string folder)
    {
        string weightsFile = Path.Combine(folder, WeightsFile);
        var model = ReadModel(Path.Combine(folder, DetectorFile));
        var weights = Safetensors.Read(weightsFile);
        weights.RequireFit(model.Network, weightsFile);
        return (model, weights);
    }

    /// <summary>Reads a specification and builds its network: enough to count MACs and parameters.</summary>
    /// <exception cref="FormatException">The file is damaged, of an unknown version, or describes no detector that can be built.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public static DetectorModel ReadModel(string specFile)
    {
        if (new FileInfo(specFile) is { Exists: true, Length: > MaxTextBytes } large)
        {
            throw new FormatException($"{specFile}: {large.Length} bytes, expected a detector specification of at most {MaxTextBytes}");
        }
        var spec = DetectorSpec.FromJson(File.ReadAllText(specFile), specFile);
        try
        {
            return DetectorCatalog.Build(spec);
        }
        catch (ArgumentException e)
        {
            throw new FormatException(ErrorText.OneLine($"{specFile}: {e.Message}"), e);
        }
    }

    private static void Replace(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Guid.NewGuid().ToString("N")[..8]}";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
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
