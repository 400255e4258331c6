using System.Buffers;
using PruneSearch.Core.Detectors;

namespace PruneSearch.Data.PostProcessing;

/// <summary>Turns the raw outputs of a detector for one picture into detections.</summary>
public static class DetectionDecoder
{
    /// <summary>Scores, decodes, clips to the picture and suppresses overlaps within each class.</summary>
    /// <param name="spec">The detector: its classes, score function and box code.</param>
    /// <param name="defaultBoxes">Its default boxes.</param>
    /// <param name="boxes">Coded boxes <c>[default boxes, 4]</c>.</param>
    /// <param name="classes">Class outputs <c>[default boxes, classes + 1]</c> before sigmoid or softmax, background first.</param>
    /// <param name="options">What to keep; <see langword="null"/> for the defaults.</param>
    /// <returns>By falling score.</returns>
    /// <exception cref="ArgumentException">An output has another length.</exception>
    public static List<Detection> Decode(
        DetectorSpec spec, IReadOnlyList<DefaultBox> defaultBoxes, ReadOnlySpan<float> boxes, ReadOnlySpan<float> classes, DetectionOptions? options = null)
    {
        options ??= new DetectionOptions();
        int count = defaultBoxes.Count, outputs = spec.ClassOutputs;
        if (boxes.Length != count * 4 || classes.Length != count * outputs)
        {
            throw new ArgumentException($"{count} default boxes and {outputs} class outputs need {count * 4} box values and {count * outputs} class values, got {boxes.Length} and {classes.Length}.");
        }
        float[] scores = ArrayPool<float>.Shared.Rent(count * outputs);
        var candidates = ArrayPool<BoxCorners>.Shared.Rent(count);
        float[] candidateScores = ArrayPool<float>.Shared.Rent(count);
        ulong[] scratch = ArrayPool<ulong>.Shared.Rent(count);
        int[] kept = ArrayPool<int>.Shared.Rent(options.MaxPerClass);
        try
        {
            Score(spec.Scores, outputs, classes, scores);
            var coder = new BoxCoder(spec);
            var found = new List<Detection>();
            for (int output = 1; output < outputs; output++)
            {
                int candidateCount = 0;
                for (int i = 0; i < count; i++)
                {
                    float score = scores[i * outputs + output];
                    if (!(score >= options.ScoreThreshold))
                    {
                        continue; // a NaN ends here as well
                    }
                    var box = coder.Decode(boxes.Slice(i * 4, 4), defaultBoxes[i]).Clip();
                    if (box.Area() > 0)
                    {
                        candidates[candidateCount] = box;
                        candidateScores[candidateCount++] = score;
                    }
                }
                int keptCount = NonMaximumSuppression.Select(
                    candidates.AsSpan(0, candidateCount), candidateScores.AsSpan(0, candidateCount), options.IouThreshold, kept.AsSpan(0, options.MaxPerClass), scratch);
                foreach (int index in kept.AsSpan(0, keptCount))
                {
                    found.Add(new Detection(output - 1, candidateScores[index], candidates[index]));
                }
            }
            return [.. found.OrderByDescending(d => d.Score).Take(options.MaxTotal ?? int.MaxValue)];
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scores);
            ArrayPool<BoxCorners>.Shared.Return(candidates);
            ArrayPool<float>.Shared.Return(candidateScores);
            ArrayPool<ulong>.Shared.Return(scratch);
            ArrayPool<int>.Shared.Return(kept);
        }
    }

    private static void Score(ScoreFunction function, int outputs, ReadOnlySpan<float> logits, Span<float> scores)
    {
        if (function == ScoreFunction.Sigmoid)
        {
            for (int i = 0; i < logits.Length; i++)
            {
                scores[i] = 1f / (1f + MathF.Exp(-logits[i]));
            }
            return;
        }
        for (int start = 0; start < logits.Length; start += outputs)
        {
            Softmax(logits.Slice(start, outputs), scores.Slice(start, outputs));
        }
    }

    private static void Softmax(ReadOnlySpan<float> logits, Span<float> scores)
    {
        float largest = float.NegativeInfinity, sum = 0;
        foreach (float logit in logits)
        {
            largest = Math.Max(largest, logit);
        }
        for (int i = 0; i < logits.Length; i++)
        {
            scores[i] = MathF.Exp(logits[i] - largest);
            sum += scores[i];
        }
        for (int i = 0; i < logits.Length; i++)
        {
            scores[i] /= sum;
        }
    }
}
