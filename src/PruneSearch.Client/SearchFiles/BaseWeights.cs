using System.Security.Cryptography;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Weights;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Pretrained weights that were found to fit their detector.</summary>
/// <param name="Path">The file.</param>
/// <param name="Sha256">Hash of its content.</param>
/// <param name="Detector">The detector they belong to.</param>
internal sealed record BaseWeights(string Path, string Sha256, DetectorSpec Detector)
{
    private const int MaxTextBytes = 1 << 20;

    /// <summary>Reads and checks the weights of a search; <see langword="null"/> when it has none.</summary>
    /// <exception cref="FormatException">They are damaged or belong to another detector.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    public static BaseWeights? Read(DetectorSource source)
    {
        if (source.Weights is not { } path)
        {
            return null;
        }
        bool background = Build(source.Template, path).Scores.Background;
        var detector = source.WeightsDetector is { } file
            ? DetectorSpec.FromJson(ReadText(file), file)
            : source.Template with { Classes = LabelFile.Read(source.Labels!, background), BatchNorm = false };
        using var stream = File.OpenRead(path);
        var network = Build(detector, source.WeightsDetector ?? source.Labels!);
        Safetensors.Read(stream, path).RequireFit(network.Network, path);
        stream.Position = 0;
        return new BaseWeights(path, Convert.ToHexStringLower(SHA256.HashData(stream)), detector);
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

    private static string ReadText(string path) => new FileInfo(path).Length > MaxTextBytes
        ? throw new FormatException($"{path}: is larger than {MaxTextBytes} bytes, expected a short text") : File.ReadAllText(path);
}
