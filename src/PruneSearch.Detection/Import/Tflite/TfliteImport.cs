using PruneSearch.Core.Detectors.Rules;

namespace PruneSearch.Detection.Import.Tflite;

/// <summary>
/// Takes a detector out of a TensorFlow Lite file, as TensorFlow's object detection API exports it: float32,
/// float16 or whole-number weights with batch norms folded in, with or without the post-processing at its end.
/// </summary>
internal static class TfliteImport
{
    /// <summary>Reads a file's content.</summary>
    /// <exception cref="FormatException">It is damaged or another network; the message names the first tensor that does not fit, its shape and the expected
    /// one.</exception>
    public static ImportedDetector Read(byte[] data, string source, ImportOptions options)
    {
        var file = TfliteModel.Read(data, source);
        var ends = DetectorOutputs.Find(file);
        options = options with { InputSize = InputSize(file), Scores = options.Scores ?? (ends.Has(TfliteOperator.Softmax) ? ScoreFunction.Softmax : null) };
        GraphMatch? best = null;
        foreach (var family in options.Families.Where(f => f.InTensorFlowLite))
        {
            int classes = ends.ClassOutputs - family.Build(family.Template).Scores.FirstClass;
            var template = options.Apply(family.Template) with { Classes = options.ClassesFor(classes, source), BatchNorm = false };
            foreach (var model in family.Variants(template).Select(DetectorCatalog.Build))
            {
                var match = GraphMatch.Run(file, ends, model.Network);
                if (match.Failure is null)
                {
                    match.Weights.RequireFit(model.Network, source);
                    return new ImportedDetector(model, match.Weights, options.Notes(model.Spec, "TensorFlow Lite"));
                }
                best = best is null || match.Matched > best.Matched ? match : best;
            }
        }
        throw new FormatException(best?.Failure ?? $"{source}: a TensorFlow Lite file is no detector of architecture '{options.Architecture}'");
    }

    private static int InputSize(TfliteModel file)
    {
        var input = file.Tensors[file.Inputs[0]];
        return input.Shape is [1, var height, var width, 3] && height == width && height is >= 32 and <= 4096 ? height
            : throw new FormatException($"{file.Source}: input '{input.Name}' has shape [{string.Join(", ", input.Shape)}], expected [1, size, size, 3] with " +
                "a size from 32 to 4096");
    }
}
