using PruneSearch.Core.Detectors.Rules;

namespace PruneSearch.Data.PostProcessing;

/// <summary>Scores of one row after the other. Most are far below the threshold and cost one comparison.</summary>
/// <param name="rule">How outputs become scores.</param>
/// <param name="threshold">Smallest score that counts.</param>
internal struct RowScorer(ScoreRule rule, float threshold)
{
    private readonly int _firstClass = rule.FirstClass;
    private readonly bool _sigmoid = rule.Function == ScoreFunction.Sigmoid;
    private float _smallestLogit = SmallestLogit(threshold);
    private float _objectness = 1, _largest, _sum;

    /// <summary>Takes a row's outputs in; tells whether any class can reach the threshold.</summary>
    /// <param name="logits">Class outputs.</param>
    /// <param name="objectness">Objectness before the sigmoid, where there is one.</param>
    public bool Begin(ReadOnlySpan<float> logits, float? objectness)
    {
        if (objectness is { } logit)
        {
            _objectness = 1f / (1f + MathF.Exp(-logit));
            if (!(_objectness >= threshold))
            {
                return false;
            }
            _smallestLogit = SmallestLogit(threshold / _objectness);
        }
        return _sigmoid ? AnyReaches(logits[_firstClass..]) : Normalise(logits);
    }

    /// <summary>The score, or <see langword="null"/> when it is below the threshold or no number.</summary>
    public readonly float? Score(float logit)
    {
        if (_sigmoid && logit < _smallestLogit)
        {
            return null;
        }
        float score = _objectness * (_sigmoid ? 1f / (1f + MathF.Exp(-logit)) : MathF.Exp(logit - _largest) / _sum);
        return score >= threshold ? score : null;
    }

    // A little below where the sigmoid reaches the threshold; the exact comparison follows.
    private static float SmallestLogit(float threshold) =>
        threshold <= 0 ? float.NegativeInfinity : threshold >= 1 ? 16 : MathF.Log(threshold / (1 - threshold)) - 1e-3f;

    private readonly bool AnyReaches(ReadOnlySpan<float> logits)
    {
        foreach (float logit in logits)
        {
            if (logit >= _smallestLogit)
            {
                return true;
            }
        }
        return false;
    }

    private bool Normalise(ReadOnlySpan<float> logits)
    {
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
}
