using PruneSearch.Core;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Data.Tests.PostProcessing;

public sealed class NonMaximumSuppressionTests
{
    [Theory]
    [InlineData(0, 0.5f, 10)]
    [InlineData(1, 0.5f, 10)]
    [InlineData(60, 0.3f, 100)]
    [InlineData(200, 0.6f, 1000)]
    [InlineData(200, 0.6f, 7)]
    [InlineData(200, 0f, 100)]
    public void Keeps_what_the_naive_definition_keeps(int count, float threshold, int most)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new SeededRandom(seed);
            var boxes = new BoxCorners[count];
            float[] scores = new float[count];
            for (int i = 0; i < count; i++)
            {
                float y = (float)random.NextDouble(), x = (float)random.NextDouble();
                boxes[i] = new BoxCorners(y, x, y + (float)random.NextDouble(0, 0.4), x + (float)random.NextDouble(0, 0.4));
                scores[i] = random.NextInt(40) / 20f - 1; // many equal ones, some negative
            }
            int[] kept = new int[most];
            int keptCount = NonMaximumSuppression.Select(boxes, scores, threshold, kept, new ulong[count]);
            Assert.Equal(Naive(boxes, scores, threshold).Take(most), kept[..keptCount]);
        }
    }

    private static List<int> Naive(BoxCorners[] boxes, float[] scores, float threshold)
    {
        var left = Enumerable.Range(0, boxes.Length).OrderByDescending(i => scores[i]).ToList();
        var kept = new List<int>();
        while (left.Count > 0)
        {
            int first = left[0];
            kept.Add(first);
            left.RemoveAt(0);
            left.RemoveAll(i => boxes[first].Iou(boxes[i]) > threshold);
        }
        return kept;
    }
}
