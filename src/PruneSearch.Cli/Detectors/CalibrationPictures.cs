using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Loading;
using PruneSearch.Detection.Training;
using static TorchSharp.torch;

namespace PruneSearch.Cli.Detectors;

/// <summary>Pictures that criteria and compensation look at. They need no annotations.</summary>
internal static class CalibrationPictures
{
    private const int Batch = 8;
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp"];

    /// <summary>All pictures of a folder and the folders in it, by name.</summary>
    /// <exception cref="SearchFileException">The folder does not exist or has no pictures.</exception>
    public static DetectionDataset OfFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new SearchFileException($"--pictures '{folder}' does not exist, expected a folder with pictures");
        }
        string root = Path.GetFullPath(folder);
        string[] files = [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Where(f => Extensions.Contains(Path.GetExtension(f).ToLowerInvariant())).Select(f => Path.GetRelativePath(root, f)).Order(StringComparer.Ordinal)];
        return files.Length == 0 ? throw new SearchFileException($"--pictures '{folder}' has no pictures, expected {string.Join(", ", Extensions)}")
            : new DetectionDataset
            {
                Name = folder,
                Root = root,
                Classes = [],
                Samples = [.. files.Select((f, i) => new DetectionSample { File = f, Sha256 = "", Width = 1, Height = 1, ImageId = i + 1, Objects = [] })],
            };
    }

    /// <summary>Some pictures, chosen by the seed; all if there are fewer.</summary>
    /// <returns>Batches <c>[N, 3, size, size]</c>; the caller disposes each.</returns>
    /// <exception cref="DatasetException">A picture cannot be read.</exception>
    public static List<Tensor> Choose(DetectionDataset dataset, int count, InputSpec input, int seed, CancellationToken cancellation)
    {
        var chosen = dataset with { Samples = [.. new SeededRandom(seed).Permutation(dataset.Samples.Count).Take(count).Select(i => dataset.Samples[i])] };
        return [.. new EvaluationLoader(chosen, input, Batch).Batches(cancellation).Select(b => TrainingBatch.ToTensor(b, CPU))];
    }
}
