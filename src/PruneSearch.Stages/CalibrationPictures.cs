using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Images;
using PruneSearch.Data.Loading;
using PruneSearch.Detection.Training;
using static TorchSharp.torch;

namespace PruneSearch.Stages;

/// <summary>Pictures that criteria and compensation look at. They need no annotations.</summary>
public static class CalibrationPictures
{
    private const int Batch = 8;

    /// <summary>All pictures of a folder and the folders in it, by name.</summary>
    /// <exception cref="IOException">The folder does not exist or has no pictures.</exception>
    public static DetectionDataset OfFolder(string folder) => new()
    {
        Name = folder,
        Root = Path.GetFullPath(folder),
        Classes = [],
        Samples =
        [
            .. PictureFiles.In(folder).Select((f, i) => new DetectionSample { File = f, Sha256 = "", Width = 1, Height = 1, ImageId = i + 1, Objects = [] }),
        ],
    };

    /// <summary>Some pictures, chosen by the seed; all if there are fewer.</summary>
    /// <returns>Batches <c>[N, 3, size, size]</c>; the caller disposes each.</returns>
    /// <exception cref="DatasetException">A picture cannot be read.</exception>
    public static List<Tensor> Choose(DetectionDataset dataset, int count, InputSpec input, int seed, CancellationToken cancellation) =>
        [.. new EvaluationLoader(SeededChoice.Of(dataset, count, seed), input, Batch).Batches(cancellation).Select(b => TrainingBatch.ToTensor(b, CPU))];
}
