using System.Security.Cryptography;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Files;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Weights;

namespace PruneSearch.Client.Inputs;

/// <summary>Pretrained weights that were found to fit their detector, or whose backbone was found to fit the one of the search.</summary>
/// <param name="Path">The file.</param>
/// <param name="Sha256">Hash of its content.</param>
/// <param name="Detector">The detector they belong to; <see langword="null"/> where only their backbone is taken.</param>
internal sealed record BaseWeights(string Path, string Sha256, DetectorSpec? Detector)
{
    /// <summary>Reads and checks the weights of a search; <see langword="null"/> when it has none.</summary>
    /// <exception cref="FormatException">They are damaged or belong to another detector.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    public static BaseWeights? Read(DetectorSource source)
    {
        if (source.BackboneWeights is { } backbone)
        {
            using var content = RegularFile.OpenRead(backbone);
            Core.Weights.BackboneWeights.Take(source.Template, Safetensors.Read(content, backbone), backbone);
            return new BaseWeights(backbone, HashOf(content), Detector: null);
        }
        if (source.Weights is not { } path)
        {
            return null;
        }
        var model = source.WeightsDetector is { } file ? DetectorFolder.ReadModel(file)
            : Build(source.Template with { Classes = LabelFile.Read(source.Labels!, Build(source.Template, path).Scores.Background), BatchNorm = false },
                source.Labels!);
        string asked = source.Template.Architecture, has = model.Spec.Architecture;
        if (has != asked && asked != DetectorCatalog.Families[0].Template.Architecture) // that one is meant where the file names none
        {
            throw new FormatException($"{source.WeightsDetector}: the weights belong to a {has}, but detector.architecture is {asked}, expected the same; "
                + "their backbone alone is taken with backbone-weights");
        }
        using var stream = RegularFile.OpenRead(path);
        Safetensors.Read(stream, path).RequireFit(model.Network, path);
        return new BaseWeights(path, HashOf(stream), model.Spec);
    }

    private static string HashOf(FileStream stream)
    {
        stream.Position = 0;
        return Convert.ToHexStringLower(SHA256.HashData(stream));
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
