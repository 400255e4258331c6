using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Metrics;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Quantisation;

namespace PruneSearch.Stages;

/// <summary>Quantises what a stage exported and scores it as it would be deployed.</summary>
internal static class Int8Model
{
    /// <summary>Makes the integer model and computes its accuracy on the validation split.</summary>
    /// <param name="model">The detector.</param>
    /// <param name="onnx">The same, exported.</param>
    /// <param name="settings">How to quantise.</param>
    /// <param name="train">Where calibration pictures come from.</param>
    /// <param name="validation">What it is scored on.</param>
    /// <param name="seed">Chooses the calibration pictures.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StageFailedException">The detector cannot be quantised.</exception>
    public static (byte[] File, CocoResult Metrics) Make(
        DetectorModel model, byte[] onnx, ExportSettings settings, DetectionDataset train, DetectionDataset validation, int seed, CancellationToken cancellation)
    {
        try
        {
            var pictures = NetworkInput.Choose(train, settings.CalibrationImages, model.InputSpec, seed);
            byte[] file = Int8Quantisation.Quantise(onnx, pictures, new QuantisationOptions { WeightBits = settings.WeightBits });
            using var detector = OnnxDetector.Load(file, "integer model", Environment.ProcessorCount);
            return (file, OnnxEvaluator.Evaluate(detector, validation, cancellation: cancellation));
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new StageFailedException($"quantisation: {e.Message}", e);
        }
    }
}
