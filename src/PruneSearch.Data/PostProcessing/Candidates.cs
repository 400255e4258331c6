using System.Buffers;

namespace PruneSearch.Data.PostProcessing;

/// <summary>Scored boxes of all classes of one picture, and their suppression class by class in one go.</summary>
internal sealed class Candidates(int classes) : IDisposable
{
    private readonly int[] _counts = new int[classes];
    private (int Class, float Score, BoxCorners Box)[] _items = ArrayPool<(int, float, BoxCorners)>.Shared.Rent(1024);
    private int _count;

    public void Add(int @class, float score, in BoxCorners box)
    {
        if (_count == _items.Length)
        {
            var larger = ArrayPool<(int, float, BoxCorners)>.Shared.Rent(_items.Length * 2);
            _items.CopyTo(larger, 0);
            ArrayPool<(int, float, BoxCorners)>.Shared.Return(_items);
            _items = larger;
        }
        _items[_count++] = (@class, score, box);
        _counts[@class]++;
    }

    /// <summary>What stays, by falling score; equal scores by class, then in the order of their rows.</summary>
    public List<Detection> Suppress(DetectionOptions options)
    {
        var boxes = ArrayPool<BoxCorners>.Shared.Rent(_count);
        float[] scores = ArrayPool<float>.Shared.Rent(_count);
        ulong[] scratch = ArrayPool<ulong>.Shared.Rent(_count);
        int[] kept = ArrayPool<int>.Shared.Rent(options.MaxPerClass);
        try
        {
            GroupByClass(boxes, scores);
            var found = new List<Detection>();
            int start = 0;
            for (int @class = 0; @class < _counts.Length; @class++)
            {
                int count = _counts[@class];
                var ownBoxes = boxes.AsSpan(start, count);
                var ownScores = scores.AsSpan(start, count);
                int keptCount = NonMaximumSuppression.Select(ownBoxes, ownScores, options.IouThreshold, kept.AsSpan(0, options.MaxPerClass), scratch);
                foreach (int index in kept.AsSpan(0, keptCount))
                {
                    found.Add(new Detection(@class, ownScores[index], ownBoxes[index]));
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

    public void Dispose() => ArrayPool<(int, float, BoxCorners)>.Shared.Return(_items);

    private void GroupByClass(BoxCorners[] boxes, float[] scores)
    {
        int[] next = new int[_counts.Length];
        for (int @class = 1; @class < next.Length; @class++)
        {
            next[@class] = next[@class - 1] + _counts[@class - 1];
        }
        foreach (ref readonly var item in _items.AsSpan(0, _count))
        {
            int to = next[item.Class]++;
            boxes[to] = item.Box;
            scores[to] = item.Score;
        }
    }
}
