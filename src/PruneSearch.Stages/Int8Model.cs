using PruneSearch.Core.Comparisons;
using PruneSearch.Data.Metrics;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Quantisation;

namespace PruneSearch.Stages;

/// <summary>Quantises what a stage exported and scores it as it would be deployed.</summary>
internal static class Int8Model
{
    /// <summary>Makes the integer model and computes its accuracy on the validation split.</summary>
    /// <param name="context">The stage: calibration pictures come from its training split.</param>
    /// <param name="onnx">The same, exported.</param>
    /// <param name="settings">How to quantise.</param>
    /// <exception cref="StageFailedException">The detector cannot be quantised.</exception>
    public static (byte[] File, SplitScore Accuracy) Make(StageContext context, DetectorModel model, byte[] onnx, ExportSettings settings)
    {
        try
        {
            var pictures = NetworkInput.Choose(context.Train, settings.CalibrationImages, model.InputSpec, context.Seed);
            var options = new QuantisationOptions { Method = CalibrationMethod.Percentile, WeightBits = settings.WeightBits };
            byte[] file = Int8Quantisation.Quantise(onnx, pictures, options);
            using var detector = OnnxDetector.Load(file, "integer model", Environment.ProcessorCount);
            return (file, SplitAccuracy.Of(context.Validation, OnnxEvaluator.Detect(detector, context.Validation, cancellation: context.Cancellation)));
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new StageFailedException($"quantisation: {e.Message}", e);
        }
    }
}
