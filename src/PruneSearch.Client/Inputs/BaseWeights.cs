using System.Security.Cryptography;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Files;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Weights;

namespace PruneSearch.Client.Inputs;

/// <summary>Pretrained weights that were found to fit their detector.</summary>
/// <param name="Path">The file.</param>
/// <param name="Sha256">Hash of its content.</param>
/// <param name="Detector">The detector they belong to.</param>
internal sealed record BaseWeights(string Path, string Sha256, DetectorSpec Detector)
{
    /// <summary>Reads and checks the weights of a search; <see langword="null"/> when it has none.</summary>
    /// <exception cref="FormatException">They are damaged or belong to another detector.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    public static BaseWeights? Read(DetectorSource source)
    {
        if (source.Weights is not { } path)
        {
            return null;
        }
        var model = source.WeightsDetector is { } file ? DetectorFolder.ReadModel(file)
            : Build(source.Template with { Classes = LabelFile.Read(source.Labels!, Build(source.Template, path).Scores.Background), BatchNorm = false }, source.Labels!);
        using var stream = RegularFile.OpenRead(path);
        Safetensors.Read(stream, path).RequireFit(model.Network, path);
        stream.Position = 0;
        return new BaseWeights(path, Convert.ToHexStringLower(SHA256.HashData(stream)), model.Spec);
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
