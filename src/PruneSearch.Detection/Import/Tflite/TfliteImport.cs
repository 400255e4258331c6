using PruneSearch.Core.Detectors;

namespace PruneSearch.Detection.Import.Tflite;

/// <summary>
/// Takes an SSD-MobileNet-V2 out of a TensorFlow Lite file, as TensorFlow's object detection API exports it: float32,
/// float16 or whole-number weights with batch norms folded in, with or without the post-processing at its end.
/// </summary>
internal static class TfliteImport
{
    /// <summary>Reads a file's content.</summary>
    /// <exception cref="FormatException">It is damaged or another network; the message names the first tensor that does not fit, its shape and the expected one.</exception>
    public static ImportedDetector Read(byte[] data, string source, ImportOptions options)
    {
        var file = TfliteModel.Read(data, source);
        var ends = DetectorOutputs.Find(file);
        var scores = options.Scores ?? (ends.Has(TfliteOperator.Softmax) ? ScoreFunction.Softmax : ScoreFunction.Sigmoid);
        var template = new DetectorSpec
        {
            Architecture = SsdMobileNetV2.Architecture,
            InputSize = InputSize(file),
            Classes = options.ClassesFor(ends.ClassOutputs - 1, source),
            BatchNorm = false,
            Scores = scores,
        };
        GraphMatch? best = null;
        foreach (double width in ImportCandidates.WidthMultipliers)
        {
            foreach (var spec in ImportCandidates.Of(template with { WidthMultiplier = width }))
            {
                var model = DetectorCatalog.Build(spec);
                var match = GraphMatch.Run(file, ends, model.Network);
                if (match.Failure is null)
                {
                    match.Weights.RequireFit(model.Network, source);
                    return new ImportedDetector(model, match.Weights, options.Notes(model.Spec, "TensorFlow Lite"));
                }
                best = best is null || match.Matched > best.Matched ? match : best;
                if (match.Matched == 0)
                {
                    break; // another width: extra layers and heads do not matter
                }
            }
        }
        throw new FormatException(best!.Failure);
    }

    private static int InputSize(TfliteModel file)
    {
        var input = file.Tensors[file.Inputs[0]];
        return input.Shape is [1, var height, var width, 3] && height == width && height is >= 32 and <= 4096 ? height
            : throw new FormatException($"{file.Source}: input '{input.Name}' has shape [{string.Join(", ", input.Shape)}], expected [1, size, size, 3] with a size from 32 to 4096");
    }
}
