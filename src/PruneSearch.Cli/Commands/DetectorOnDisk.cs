using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;

namespace PruneSearch.Cli.Commands;

/// <summary>Reads the detector that a command line names: a folder with its files, or a weights file with what it belongs to.</summary>
internal static class DetectorOnDisk
{
    private const int MaxTextBytes = 1 << 20;

    /// <summary>Reads it.</summary>
    /// <param name="path">A folder as <c>train</c> and <c>import</c> write it, or a safetensors file.</param>
    /// <param name="labels">For a file with folded batch norms: names of its class outputs, background first.</param>
    /// <param name="specification">For a file: the <c>detector.json</c> that it belongs to.</param>
    /// <exception cref="SearchFileException">Something does not fit; the message says what and what was expected.</exception>
    public static (DetectorModel Model, WeightSet Weights) Read(string path, string? labels, string? specification)
    {
        try
        {
            if (Directory.Exists(path))
            {
                string? lacking = ((string[])[DetectorFolder.DetectorFile, DetectorFolder.WeightsFile]).FirstOrDefault(f => !File.Exists(Path.Combine(path, f)));
                return lacking is not null ? throw new SearchFileException($"{path}: holds no {lacking}, expected a folder as train and import write it")
                    : labels is null && specification is null ? DetectorFolder.Read(path)
                    : throw new SearchFileException($"{path}: is a folder, expected --labels and --detector only with a weights file");
            }
            if (!File.Exists(path))
            {
                throw new SearchFileException($"{path}: does not exist, expected a folder with {DetectorFolder.DetectorFile} and {DetectorFolder.WeightsFile}, or a safetensors file");
            }
            switch (labels, specification)
            {
                case ({ } file, null):
                    var known = DetectorImport.Read(path, new ImportOptions { Classes = LabelFile.Read(file) });
                    return (known.Model, known.Weights);
                case (null, { } file):
                    var model = DetectorCatalog.Build(DetectorSpec.FromJson(ReadText(file), file));
                    var weights = Safetensors.Read(path);
                    weights.RequireFit(model.Network, path);
                    return (model, weights);
                default:
                    throw new SearchFileException($"{path}: is a weights file, expected one of --labels and --detector beside it");
            }
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new SearchFileException(e.Message, e);
        }
    }

    private static string ReadText(string path) => new FileInfo(path) is { Exists: true, Length: > MaxTextBytes } file
        ? throw new SearchFileException($"{path}: is {file.Length} bytes large, expected a text of at most {MaxTextBytes}") : File.ReadAllText(path);
}
