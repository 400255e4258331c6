using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Files;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Cli.Detectors;

/// <summary>A detector that a command line names.</summary>
/// <param name="Source">What the user wrote.</param>
/// <param name="Weights">Its weights; <see langword="null"/> when only a specification was given.</param>
/// <param name="Search">The search file it comes from; <see langword="null"/> otherwise.</param>
internal sealed record NamedDetector(string Source, DetectorModel Model, WeightSet? Weights, SearchFile? Search)
{
    private const int MaxOnnxBytes = int.MaxValue - 64; // what an array and a protobuf file can hold

    private static readonly (DetectorForms Form, string Words)[] Words =
    [
        (DetectorForms.Folder, $"a folder with {DetectorFolder.DetectorFile} and {DetectorFolder.WeightsFile}"),
        (DetectorForms.SearchFile, "a search file (.yaml)"),
        (DetectorForms.Specification, $"a {DetectorFolder.DetectorFile}"),
        (DetectorForms.WeightsFile, "a safetensors file"),
        (DetectorForms.Onnx, "an ONNX file"),
    ];

    /// <summary>What a source can be, for help and messages.</summary>
    public static string Expected(DetectorForms forms)
    {
        string[] words = [.. Words.Where(w => forms.HasFlag(w.Form)).Select(w => w.Words)];
        return words.Length == 1 ? words[0] : $"{string.Join(", ", words[..^1])} or {words[^1]}";
    }

    /// <summary>The same detector, of which shares count from what the user gave: also when that was pruned before.</summary>
    public NamedDetector AsOriginal() => this with { Model = Model.RelativeTo(Model.Spec) };

    /// <summary>The same detector on pictures of another size.</summary>
    /// <param name="inputSize">Edge of the input in pixels; <see langword="null"/> for its own.</param>
    /// <exception cref="SearchFileException">It does not take that size.</exception>
    public NamedDetector At(int? inputSize) => inputSize is { } size ? this with { Model = BadInput.Guard(() => Model.At(size)) } : this;

    /// <summary>Opens a detector in any of the forms that a command takes.</summary>
    /// <param name="source">A folder or a file; which form a file has is told by its ending.</param>
    /// <param name="forms">What it may be; not <see cref="DetectorForms.Onnx"/>, which is no network that can be changed.</param>
    /// <param name="labels">For a weights file: names of its class outputs, background first where it is one.</param>
    /// <param name="specification">For a weights file: the detector.json that it belongs to.</param>
    /// <exception cref="SearchFileException">It is none of these, or something in it is wrong.</exception>
    public static NamedDetector Read(string source, DetectorForms forms, string? labels = null, string? specification = null) => BadInput.Guard(() =>
    {
        var form = FormOf(source, forms);
        if (form != DetectorForms.WeightsFile && (labels ?? specification) is not null)
        {
            throw new SearchFileException($"{source}: is {Expected(form)}, expected --labels and --detector only with a weights file");
        }
        switch (form)
        {
            case DetectorForms.Folder:
                var (model, weights) = DetectorFolder.Read(source);
                return new NamedDetector(source, model, weights, null);
            case DetectorForms.SearchFile:
                var search = SearchFileReader.Read(source);
                (model, weights) = SearchLauncher.ReadDetector(search);
                return new NamedDetector(source, model, weights, search);
            case DetectorForms.Specification:
                return new NamedDetector(
                    source, DetectorFolder.ReadModel(Directory.Exists(source) ? Path.Combine(source, DetectorFolder.DetectorFile) : source), null, null);
            default:
                (model, weights) = OfWeights(source, labels, specification);
                return new NamedDetector(source, model, weights, null);
        }
    });

    /// <summary>The bytes of an exported file; a detector of a folder is exported in its raw form, where folders are allowed.</summary>
    /// <exception cref="SearchFileException">It is neither, or something in it is wrong.</exception>
    public static byte[] ReadOnnx(string source, bool folders = false) => BadInput.Guard(() =>
    {
        if (FormOf(source, folders ? DetectorForms.Folder | DetectorForms.Onnx : DetectorForms.Onnx) == DetectorForms.Onnx)
        {
            return RegularFile.ReadAllBytes(source, MaxOnnxBytes);
        }
        var (model, weights) = DetectorFolder.Read(source);
        return OnnxExport.ToBytes(model, weights);
    });

    /// <summary>Takes over what another program trained, or safetensors of this one without a detector.json.</summary>
    /// <param name="labels">File with the names of its class outputs; <see langword="null"/> makes names up.</param>
    /// <exception cref="SearchFileException">It is no such file, or something in it is wrong.</exception>
    public static ImportedDetector Import(string source, string? labels, ImportOptions options) => BadInput.Guard(() =>
        DetectorImport.Read(source, options with { Classes = labels is null ? null : LabelFile.Read(labels) }));

    private static DetectorForms FormOf(string source, DetectorForms forms)
    {
        var kind = FileKinds.Of(source);
        string ending = Path.GetExtension(source).ToLowerInvariant();
        var form = (kind, ending) switch
        {
            (FileKind.Missing or FileKind.Special, _) => default,
            (FileKind.Folder, _) => forms.HasFlag(DetectorForms.Specification) && !File.Exists(Path.Combine(source, DetectorFolder.WeightsFile))
                ? DetectorForms.Specification : DetectorForms.Folder,
            (_, ".yaml" or ".yml") when forms.HasFlag(DetectorForms.SearchFile) => DetectorForms.SearchFile,
            (_, ".json") when forms.HasFlag(DetectorForms.Specification) => DetectorForms.Specification,
            (_, ".onnx") => DetectorForms.Onnx,
            _ => forms & (DetectorForms.WeightsFile | DetectorForms.Onnx), // whatever it is called
        };
        string found = kind switch
        {
            FileKind.Missing => "does not exist",
            FileKind.Folder => "is a folder",
            FileKind.Special => "is a pipe, a device or a socket",
            _ => ending == ".onnx" ? "is an ONNX file" : "is neither",
        };
        return form != default && forms.HasFlag(form) ? form : throw new SearchFileException($"{source}: {found}, expected {Expected(forms)}");
    }

    private static (DetectorModel Model, WeightSet Weights) OfWeights(string path, string? labels, string? specification)
    {
        switch (labels, specification)
        {
            case ({ } file, null):
                var known = Import(path, file, new ImportOptions());
                return (known.Model, known.Weights);
            case (null, { } file):
                return DetectorFolder.Read(file, path);
            default:
                throw new SearchFileException($"{path}: is a weights file, expected one of --labels and --detector beside it");
        }
    }
}
