using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Loading;
using PruneSearch.Detection.Training;
using static TorchSharp.torch;

namespace PruneSearch.Benchmarks;

/// <summary>The trained SSD-MobileNet-V2 with photos to prune and to score it on.</summary>
internal sealed class TrainedSsd : IDisposable
{
    private const int CalibrationPhotos = 96;

    /// <summary>Reads it.</summary>
    /// <param name="weightsFile">Safetensors with batch norms folded; its labels, background first, lie beside it.</param>
    /// <param name="data">Folder with train.json, val.json and images (COCO).</param>
    /// <param name="images">Validation photos to take, the first ones.</param>
    public TrainedSsd(string weightsFile, string data, int images, CancellationToken cancellation = default)
    {
        Weights = Safetensors.Read(weightsFile);
        string[] labels = [.. File.ReadAllLines(Path.ChangeExtension(weightsFile, "labels.txt")).Where(l => l.Length > 0).Skip(1)];
        Model = DetectorCatalog.Build(SsdFamily.Spec(labels) with { BatchNorm = false });
        DetectionDataset Split(string name) => DatasetReader.ReadCoco(Path.Combine(data, name + ".json"), Path.Combine(data, "images"));
        Validation = Split("val").Take(images);
        var loader = new EvaluationLoader(Split("train").Take(CalibrationPhotos), Model.InputSpec);
        Photos = [.. loader.Batches(cancellation).Select(b => TrainingBatch.ToTensor(b, CPU))];
    }

    public DetectorModel Model { get; }

    public WeightSet Weights { get; }

    public DetectionDataset Validation { get; }

    /// <summary>Batches of training photos to calibrate on.</summary>
    public IReadOnlyList<Tensor> Photos { get; }

    public void Dispose()
    {
        foreach (var photos in Photos)
        {
            photos.Dispose();
        }
    }
}
