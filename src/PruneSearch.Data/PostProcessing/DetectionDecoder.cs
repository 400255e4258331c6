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
        using var candidates = new Candidates(outputs);
        var scorer = new Scorer(spec.Scores, options.ScoreThreshold);
        var coder = new BoxCoder(spec);
        for (int i = 0; i < count; i++)
        {
            var logits = classes.Slice(i * outputs, outputs);
            if (!scorer.Begin(logits))
            {
                continue;
            }
            BoxCorners? box = null;
            for (int output = 1; output < outputs; output++)
            {
                if (scorer.Score(logits[output]) is not { } score)
                {
                    continue;
                }
                box ??= coder.Decode(boxes.Slice(i * 4, 4), defaultBoxes[i]).Clip();
                if (!(box.Value.Area() > 0))
                {
                    break;
                }
                candidates.Add(output, score, box.Value);
            }
        }
        var found = candidates.Suppress(options);
        return options.MaxTotal is { } most && most < found.Count ? found[..most] : found;
    }

    /// <summary>Scores of one default box after the other. Most are far below the threshold and cost one comparison.</summary>
    private struct Scorer(ScoreFunction function, float threshold)
    {
        // A little below where the sigmoid reaches the threshold; the exact comparison follows.
        private readonly float _smallestLogit = threshold <= 0 ? float.NegativeInfinity : threshold >= 1 ? 16 : MathF.Log(threshold / (1 - threshold)) - 1e-3f;
        private float _largest, _sum;

        /// <summary>Takes a box's outputs in; tells whether any class can reach the threshold.</summary>
        public bool Begin(ReadOnlySpan<float> logits)
        {
            if (function == ScoreFunction.Sigmoid)
            {
                foreach (float logit in logits[1..])
                {
                    if (logit >= _smallestLogit)
                    {
                        return true;
                    }
                }
                return false;
            }
            _largest = float.NegativeInfinity;
            foreach (float logit in logits)
            {
                _largest = Math.Max(_largest, logit);
            }
            _sum = 0;
            foreach (float logit in logits)
            {
                _sum += MathF.Exp(logit - _largest);
            }
            return true;
        }

        /// <summary>The score, or <see langword="null"/> when it is below the threshold or no number.</summary>
        public readonly float? Score(float logit)
        {
            if (function == ScoreFunction.Sigmoid && logit < _smallestLogit)
            {
                return null;
            }
            float score = function == ScoreFunction.Sigmoid ? 1f / (1f + MathF.Exp(-logit)) : MathF.Exp(logit - _largest) / _sum;
            return score >= threshold ? score : null;
        }
    }
}
