using System.Text;
using PruneSearch.Core.Files;
using PruneSearch.Core.Weights;

namespace PruneSearch.Core.Detectors;

/// <summary>
/// A detector as files: <c>detector.json</c> (architecture, classes, widths), <c>weights.safetensors</c> and
/// <c>labels.txt</c> (names of the class outputs, the background first where it is one; for people and other programs).
/// </summary>
public static class DetectorFolder
{
    /// <summary>Architecture, classes and widths as JSON; see <see cref="DetectorSpec"/>.</summary>
    public const string DetectorFile = "detector.json";

    /// <summary>All tensors of the network, float32.</summary>
    public const string WeightsFile = "weights.safetensors";

    /// <summary>The class outputs' names.</summary>
    public const string LabelsFile = "labels.txt";

    private const int MaxTextBytes = 16 << 20;

    /// <summary>Writes a detector; files that are there are replaced together, once all of them are complete.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be made.</exception>
    public static void Write(string folder, DetectorModel model, WeightSet weights)
    {
        weights.RequireFit(model.Network, folder);
        AtomicFolder.WithFolder(folder, () => AtomicFile.WriteAll([
            (Path.Combine(folder, WeightsFile), stream => Safetensors.Write(stream, weights)),
            (Path.Combine(folder, LabelsFile), stream => stream.Write(Encoding.UTF8.GetBytes(LabelFile.Text(model)))),
            (Path.Combine(folder, DetectorFile), stream => stream.Write(Encoding.UTF8.GetBytes(model.Spec.ToJson() + "\n"))),
        ]));
    }

    /// <summary>Reads a detector, on any machine: <c>var (model, weights) = DetectorFolder.Read(folder)</c>.</summary>
    /// <exception cref="FormatException">A file is damaged, or the weights are those of another detector.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static (DetectorModel Model, WeightSet Weights) Read(string folder)
    {
        string? lacking = ((string[])[DetectorFile, WeightsFile]).FirstOrDefault(f => !File.Exists(Path.Combine(folder, f)));
        return lacking is null ? Read(Path.Combine(folder, DetectorFile), Path.Combine(folder, WeightsFile))
            : throw new FileNotFoundException($"{folder}: has no {lacking}, expected a folder as train, import and prune write it",
                Path.Combine(folder, lacking));
    }

    /// <summary>Reads a detector whose two files stand elsewhere.</summary>
    /// <param name="specFile">The specification.</param>
    /// <exception cref="FormatException">A file is damaged, or the weights are those of another detector.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static (DetectorModel Model, WeightSet Weights) Read(string specFile, string weightsFile)
    {
        var model = ReadModel(specFile);
        var weights = Safetensors.Read(weightsFile);
        weights.RequireFit(model.Network, weightsFile);
        return (model, weights);
    }

    /// <summary>Reads a specification and builds its network: enough to count MACs and parameters.</summary>
    /// <exception cref="FormatException">The file is damaged, of an unknown version, or describes no detector that can be built.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public static DetectorModel ReadModel(string specFile)
    {
        var spec = DetectorSpec.FromJson(TextFile.Read(specFile, MaxTextBytes), specFile);
        try
        {
            return DetectorCatalog.Build(spec);
        }
        catch (ArgumentException e)
        {
            throw new FormatException(ErrorText.OneLine($"{specFile}: {e.Message}"), e);
        }
    }
}
