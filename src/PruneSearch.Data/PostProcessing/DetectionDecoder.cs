using PruneSearch.Core.Detectors;

namespace PruneSearch.Data.PostProcessing;

/// <summary>Turns the raw outputs of a detector for one picture into detections.</summary>
public static class DetectionDecoder
{
    /// <summary>Scores, decodes, clips to the input and suppresses overlaps within each class.</summary>
    /// <param name="model">The detector: its classes, references and rules.</param>
    /// <param name="boxes">Coded boxes <c>[rows, 4]</c>.</param>
    /// <param name="classes">Class outputs <c>[rows, class outputs]</c> before sigmoid or softmax.</param>
    /// <param name="objectness">Objectness <c>[rows]</c> before the sigmoid; empty where the detector has none.</param>
    /// <param name="options">What to keep; <see langword="null"/> for the defaults.</param>
    /// <returns>By falling score; boxes in fractions of the input.</returns>
    /// <exception cref="ArgumentException">An output has another length.</exception>
    public static List<Detection> Decode(
        DetectorModel model, ReadOnlySpan<float> boxes, ReadOnlySpan<float> classes, ReadOnlySpan<float> objectness = default, DetectionOptions? options = null)
    {
        options ??= new DetectionOptions();
        int rows = model.References.Count, outputs = model.ClassOutputs, first = model.Scores.FirstClass, objects = model.Scores.Objectness ? rows : 0;
        if (boxes.Length != rows * 4 || classes.Length != rows * outputs || objectness.Length != objects)
        {
            throw new ArgumentException(
                $"{rows} rows and {outputs} class outputs need {rows * 4} box values, {rows * outputs} class values and {objects} of objectness, got " +
                $"{boxes.Length}, {classes.Length} and {objectness.Length}.");
        }
        using var candidates = new Candidates(model.Spec.Classes.Count);
        var scorer = new RowScorer(model.Scores, options.ScoreThreshold);
        var coder = new BoxCoder(model.BoxCode);
        for (int row = 0; row < rows; row++)
        {
            var logits = classes.Slice(row * outputs, outputs);
            if (!scorer.Begin(logits, objects > 0 ? objectness[row] : null))
            {
                continue;
            }
            BoxCorners? box = null;
            for (int output = first; output < outputs; output++)
            {
                if (scorer.Score(logits[output]) is not { } score)
                {
                    continue;
                }
                box ??= coder.Decode(boxes.Slice(row * 4, 4), model.References[row]).Clip();
                if (!(box.Value.Area() > 0))
                {
                    break;
                }
                candidates.Add(output - first, score, box.Value);
            }
        }
        var found = candidates.Suppress(options);
        return options.MaxTotal is { } most && most < found.Count ? found[..most] : found;
    }
}
