using System.Security.Cryptography;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Files;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Weights;

namespace PruneSearch.Client.Inputs;

/// <summary>Pretrained weights that were found to fit their detector, or whose backbone was found to fit the one of the search.</summary>
/// <param name="Source">Where they stand.</param>
/// <param name="Sha256">Hash of <see cref="Content"/>.</param>
/// <param name="Detector">The detector they belong to; <see langword="null"/> where only their backbone is taken.</param>
internal sealed record BaseWeights(DetectorSource Source, string Sha256, DetectorSpec? Detector)
{
    /// <summary>Reads and checks the weights of a search; <see langword="null"/> when it has none.</summary>
    /// <exception cref="FormatException">They are damaged or belong to another detector.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    public static BaseWeights? Read(DetectorSource source)
    {
        if (source.BackboneWeights is not null)
        {
            return new BaseWeights(source, Hash(Backbone(source)), Detector: null);
        }
        if (source.Weights is null)
        {
            return null;
        }
        var (model, _, content) = Load(source);
        return new BaseWeights(source, Hash(content), model.Spec);
    }

    /// <summary>Reads them once more, as safetensors with this program's names.</summary>
    /// <exception cref="FormatException">They changed since they were checked.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    public byte[] Content()
    {
        byte[] content = Detector is null ? Backbone(Source) : Load(Source).Content;
        return Hash(content) == Sha256 ? content
            : throw new FormatException($"{Source.BackboneWeights ?? Source.Weights}: changed while the search was being launched");
    }

    /// <summary>The detector and its tensors, of a source that names weights.</summary>
    /// <exception cref="FormatException">They are damaged or belong to another detector.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    public static (DetectorModel Model, WeightSet Tensors, byte[] Content) Load(DetectorSource source)
    {
        string path = source.Weights!;
        var model = source.WeightsDetector is { } file ? DetectorFolder.ReadModel(file) : Labelled(source);
        string asked = source.Template.Architecture, has = model.Spec.Architecture;
        if (has != asked && asked != DetectorCatalog.Families[0].Template.Architecture) // that one is meant where the file names none
        {
            throw new FormatException($"{source.WeightsDetector}: the weights belong to a {has}, but detector.architecture is {asked}, expected the same; "
                + "their backbone alone is taken with backbone-weights");
        }
        byte[] content = RegularFile.ReadAllBytes(path, Array.MaxLength);
        var tensors = Tensors(content, path);
        var names = source.WeightsDetector is not null ? null
            : DetectorCatalog.Find(asked).Foreign.FirstOrDefault(f => f.OnlyNames && tensors.ContainsKey(f.First));
        if (names is not null)
        {
            model = DetectorCatalog.Build(model.Spec with { BatchNorm = names.Template.BatchNorm });
            tensors = names.Translate(model.Network, tensors, path);
            using var translated = new MemoryStream();
            Safetensors.Write(translated, tensors);
            content = translated.ToArray();
        }
        tensors.RequireFit(model.Network, path);
        return (model, tensors, content);
    }

    private static byte[] Backbone(DetectorSource source)
    {
        string path = source.BackboneWeights!;
        byte[] content = RegularFile.ReadAllBytes(path, Array.MaxLength);
        BackboneWeights.Take(source.Template, Tensors(content, path), path);
        return content;
    }

    private static WeightSet Tensors(byte[] content, string path)
    {
        using var stream = new MemoryStream(content, writable: false);
        return Safetensors.Read(stream, path);
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static DetectorModel Labelled(DetectorSource source)
    {
        bool background = Build(source.Template, source.Weights!).Scores.Background;
        return Build(source.Template with { Classes = LabelFile.Read(source.Labels!, background), BatchNorm = false }, source.Labels!);
    }

    private static DetectorModel Build(DetectorSpec spec, string source)
    {
        try
        {
            return DetectorCatalog.Build(spec);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"{source}: {e.Message}", e);
        }
    }
}
