using System.Buffers;

namespace PruneSearch.Data.PostProcessing;

/// <summary>Scored boxes of all classes of one picture, and their suppression class by class in one go.</summary>
internal sealed class Candidates(int outputs) : IDisposable
{
    private readonly int[] _counts = new int[outputs];
    private (int Output, float Score, BoxCorners Box)[] _items = ArrayPool<(int, float, BoxCorners)>.Shared.Rent(1024);
    private int _count;

    /// <summary>Adds one.</summary>
    public void Add(int output, float score, in BoxCorners box)
    {
        if (_count == _items.Length)
        {
            var larger = ArrayPool<(int, float, BoxCorners)>.Shared.Rent(_items.Length * 2);
            _items.CopyTo(larger, 0);
            ArrayPool<(int, float, BoxCorners)>.Shared.Return(_items);
            _items = larger;
        }
        _items[_count++] = (output, score, box);
        _counts[output]++;
    }

    /// <summary>What stays, by falling score; equal scores by class, then in the order of their default boxes.</summary>
    public List<Detection> Suppress(DetectionOptions options)
    {
        var boxes = ArrayPool<BoxCorners>.Shared.Rent(_count);
        float[] scores = ArrayPool<float>.Shared.Rent(_count);
        ulong[] scratch = ArrayPool<ulong>.Shared.Rent(_count);
        int[] kept = ArrayPool<int>.Shared.Rent(options.MaxPerClass);
        try
        {
            GroupByOutput(boxes, scores);
            var found = new List<Detection>();
            int start = 0;
            for (int output = 1; output < _counts.Length; output++)
            {
                int count = _counts[output];
                var ownBoxes = boxes.AsSpan(start, count);
                var ownScores = scores.AsSpan(start, count);
                int keptCount = NonMaximumSuppression.Select(ownBoxes, ownScores, options.IouThreshold, kept.AsSpan(0, options.MaxPerClass), scratch);
                foreach (int index in kept.AsSpan(0, keptCount))
                {
                    found.Add(new Detection(output - 1, ownScores[index], ownBoxes[index]));
                }
                start += count;
            }
            return [.. found.OrderByDescending(d => d.Score)];
        }
        finally
        {
            ArrayPool<BoxCorners>.Shared.Return(boxes);
            ArrayPool<float>.Shared.Return(scores);
            ArrayPool<ulong>.Shared.Return(scratch);
            ArrayPool<int>.Shared.Return(kept);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<(int, float, BoxCorners)>.Shared.Return(_items);

    private void GroupByOutput(BoxCorners[] boxes, float[] scores)
    {
        int[] next = new int[_counts.Length];
        for (int output = 1; output < next.Length; output++)
        {
            next[output] = next[output - 1] + _counts[output - 1];
        }
        foreach (ref readonly var item in _items.AsSpan(0, _count))
        {
            int to = next[item.Output]++;
            boxes[to] = item.Box;
            scores[to] = item.Score;
        }
    }
}
