using PruneSearch.Core.Files;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import.Onnx;
using PruneSearch.Detection.Import.PyTorch;
using PruneSearch.Detection.Import.Tflite;

namespace PruneSearch.Detection.Import;

/// <summary>Reads detectors that other programs trained. The format is known by the content, not by the file's name.</summary>
public static class DetectorImport
{
    /// <summary>Largest file in bytes.</summary>
    public const long MaxFileBytes = 1L << 30;

    /// <summary>
    /// Reads a file: a TensorFlow Lite detector, a PyTorch state dict by torch.save or as safetensors (with names that a family of
    /// <see cref="DetectorCatalog"/> knows), or safetensors with this project's names.
    /// </summary>
    /// <param name="options">What it does not tell.</param>
    /// <exception cref="FormatException">It is damaged or another network; the message names the tensor, its shape and the expected one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ImportedDetector Read(string path, ImportOptions? options = null) => Read(RegularFile.ReadAllBytes(path, MaxFileBytes), path, options);

    /// <summary>Reads a file's content.</summary>
    /// <param name="source">Where they come from, for messages.</param>
    /// <param name="options">What they do not tell.</param>
    /// <exception cref="FormatException">They are damaged or another network.</exception>
    public static ImportedDetector Read(byte[] content, string source, ImportOptions? options = null)
    {
        options ??= new ImportOptions();
        if (content.Length >= 8 && content.AsSpan(4, 4).SequenceEqual(TfliteModel.Identifier))
        {
            return TfliteImport.Read(content, source, options);
        }
        if (OnnxImport.Knows(content))
        {
            return OnnxImport.Read(content, source, options);
        }
        var tensors = Tensors(content, source);
        return OwnNamesImport.Family(tensors, options) is { } family ? OwnNamesImport.Read(family, tensors, source, options)
            : StateDictImport.For(tensors, source, options) is { } state ? state.Read()
            : throw new FormatException($"{source}: its tensors are called {string.Join(", ", tensors.Keys.Take(3).Select(k => $"'{k}'"))}…, " +
                "expected names of this project" + string.Concat(options.Families.SelectMany(f => f.Foreign).Select(n => $" or of {n.Program} ('{n.First}')")));
    }

    private static WeightSet Tensors(byte[] content, string source)
    {
        if (TorchArchive.Knows(content))
        {
            return TorchArchive.Read(content, source);
        }
        if (content.Length > 1 && content[0] == 0x80 && content[1] <= 5) // the pickle alone, without an archive
        {
            throw new FormatException($"{source}: saved as PyTorch did before version 1.6, expected the archive that it writes since: " +
                "torch.save(torch.load(FILE, map_location=\"cpu\"), FILE)");
        }
        using var stream = new MemoryStream(content, writable: false);
        return Safetensors.Read(stream, source);
    }
}
