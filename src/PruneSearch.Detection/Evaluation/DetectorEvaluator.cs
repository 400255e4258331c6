using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Loading;
using PruneSearch.Data.Metrics;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;

namespace PruneSearch.Detection.Evaluation;

/// <summary>Runs a detector over a data set and scores what it finds.</summary>
public static class DetectorEvaluator
{
    private const int BatchSize = 8;

    /// <summary>COCO metrics of a detector.</summary>
    /// <param name="model">The detector; its classes are those of the data by name, or the data's are among them.</param>
    /// <param name="dataset">Pictures and objects.</param>
    /// <param name="device">Where to run.</param>
    /// <param name="options">Which outputs become detections.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="ArgumentException">A class of the data is none of the detector's.</exception>
    /// <exception cref="NotFiniteNumberException">The detector answers a picture with values that are not finite; the message names the first layer that
    /// does.</exception>
    public static CocoResult Evaluate(
        DetectorModel model, WeightSet weights, DetectionDataset dataset, Device device, DetectionOptions? options = null,
        CancellationToken cancellation = default) =>
        CocoEvaluator.Evaluate(dataset, Detect(model, weights, dataset, device, options, cancellation));

    /// <summary>Everything that a detector finds, in pixels of the original pictures, by class of the data set.</summary>
    /// <exception cref="ArgumentException">A class of the data is none of the detector's.</exception>
    /// <exception cref="NotFiniteNumberException">The detector answers a picture with values that are not finite; the message names the first layer that
    /// does.</exception>
    public static List<ImageDetection> Detect(
        DetectorModel model, WeightSet weights, DetectionDataset dataset, Device device, DetectionOptions? options = null,
        CancellationToken cancellation = default)
    {
        int[] toDataset = ClassMapping.Of(model.Spec.Classes, dataset.Classes);
        var found = new List<ImageDetection>();
        using var guard = no_grad();
        using var network = new TorchNetwork(model.Network, weights, device);
        foreach (var batch in new EvaluationLoader(dataset, model.InputSpec, BatchSize).Batches(cancellation))
        {
            using var scope = NewDisposeScope();
            var images = TrainingBatch.ToTensor(batch, device);
            var raw = network.Forward(images).ToDictionary(o => o.Key, o => o.Value.cpu().data<float>().ToArray());
            if (!raw.Values.All(values => FiniteValues.All(values)))
            {
                throw NotFinite(network, images, batch, dataset);
            }
            ReadOnlySpan<float> Of(string output, int image) =>
                raw.TryGetValue(output, out float[]? values) ? values.AsSpan(image * (values.Length / batch.Count), values.Length / batch.Count) : default;
            for (int i = 0; i < batch.Count; i++)
            {
                var image = batch.Images[i];
                found.AddRange(DetectionDecoder
                    .Decode(model, Of(DetectorModel.BoxesOutput, i), Of(DetectorModel.ClassesOutput, i), Of(DetectorModel.ObjectnessOutput, i), options)
                    .InPicture(image.Window)
                    .Where(d => toDataset[d.Class] >= 0)
                    .Select(d => ImageDetection.From(d with { Class = toDataset[d.Class] }, image.ImageId, image.Width, image.Height)));
            }
        }
        return found;
    }

    // Runs again, to tell where it begins.
    private static NotFiniteNumberException NotFinite(TorchNetwork network, Tensor images, ImageBatch batch, DetectionDataset dataset)
    {
        string? first = null;
        network.Forward(images, observe: (layer, _, output) =>
        {
            if (first is not null)
            {
                return;
            }
            using var scope = NewDisposeScope();
            int picture = Array.IndexOf(output.isfinite().flatten(1).all(1).cpu().data<bool>().ToArray(), false);
            first = picture < 0 ? null
                : $"layer '{layer.Name}' gives values that are not finite on picture '{dataset.Samples[batch.Images[picture].SampleIndex].File}'";
        });
        return new NotFiniteNumberException(first ?? "the outputs have values that are not finite");
    }
}
