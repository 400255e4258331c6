namespace PruneSearch.Data.Metrics;

/// <summary>Precision and recall of one class.</summary>
internal sealed class CocoClassScore
{
    private const int RecallPoints = 101;
    private const double Spacing = 2.220446049250313e-16; // keeps 0 of 0 from being NaN, as in the COCO tools
    private static readonly double[] RecallThresholds = CocoMatcher.Linspace(0, 1, RecallPoints);

    /// <summary>Mean precision over recalls, by area range and IoU threshold; NaN where no object counts.</summary>
    public double[][] Precision { get; } = new double[CocoMatcher.Areas][];

    /// <summary>Mean recall over IoU thresholds, by area range; NaN where no object counts.</summary>
    public double[] Recall { get; } = new double[CocoMatcher.Areas];

    /// <summary>Recall with the best detection of each picture.</summary>
    public double RecallOfOne { get; private set; } = double.NaN;

    /// <summary>Recall with the ten best detections of each picture.</summary>
    public double RecallOfTen { get; private set; } = double.NaN;

    /// <summary>Objects of any size that count.</summary>
    public int Objects { get; private set; }

    public static CocoClassScore Compute(DetectionGroups groups, int classIndex, CocoMatcher matcher)
    {
        var cells = groups.Of(classIndex);
        int total = cells.Sum(c => Math.Min(c.Detections, CocoMatcher.MaxDetections));
        var outcomes = new uint[CocoMatcher.Areas][];
        int[] counted = new int[CocoMatcher.Areas];
        for (int area = 0; area < CocoMatcher.Areas; area++)
        {
            outcomes[area] = new uint[total];
        }
        double[] scores = new double[total];
        int[] ranks = new int[total];
        int start = 0;
        foreach (var cell in cells)
        {
            var detections = groups.Detections.AsSpan(cell.FirstDetection, Math.Min(cell.Detections, CocoMatcher.MaxDetections));
            var objects = groups.Objects.AsSpan(cell.FirstObject, cell.Objects);
            for (int area = 0; area < CocoMatcher.Areas; area++)
            {
                counted[area] += matcher.Match(detections, objects, area, outcomes[area].AsSpan(start, detections.Length), sameCell: area > 0);
            }
            for (int d = 0; d < detections.Length; d++)
            {
                scores[start + d] = detections[d].Score;
                ranks[start + d] = d;
            }
            start += detections.Length;
        }
        int[] order = ByFallingScore(scores);
        var result = new CocoClassScore { Objects = counted[CocoMatcher.AllAreas] };
        for (int area = 0; area < CocoMatcher.Areas; area++)
        {
            result.Precision[area] = [.. Enumerable.Range(0, CocoMatcher.Thresholds).Select(t => MeanPrecision(outcomes[area], order, t, counted[area]))];
            result.Recall[area] = MeanRecall(outcomes[area], ranks, CocoMatcher.MaxDetections, counted[area]);
        }
        result.RecallOfOne = MeanRecall(outcomes[CocoMatcher.AllAreas], ranks, 1, result.Objects);
        result.RecallOfTen = MeanRecall(outcomes[CocoMatcher.AllAreas], ranks, 10, result.Objects);
        return result;
    }

    private static int[] ByFallingScore(double[] scores)
    {
        var keys = new (double Score, int Index)[scores.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = (-scores[i], i);
        }
        Array.Sort(keys); // the index makes the order that of a stable sort
        return Array.ConvertAll(keys, k => k.Index);
    }

    private static double MeanPrecision(uint[] outcomes, int[] order, int threshold, int objects)
    {
        if (objects == 0)
        {
            return double.NaN;
        }
        uint matched = 1u << threshold, ignored = 1u << (threshold + 16);
        double[] recalls = new double[order.Length], precisions = new double[order.Length];
        int truePositives = 0, falsePositives = 0;
        for (int i = 0; i < order.Length; i++)
        {
            uint outcome = outcomes[order[i]];
            if ((outcome & ignored) == 0)
            {
                _ = (outcome & matched) != 0 ? truePositives++ : falsePositives++;
            }
            recalls[i] = truePositives / (double)objects;
            precisions[i] = truePositives / (falsePositives + truePositives + Spacing);
        }
        for (int i = precisions.Length - 1; i > 0; i--)
        {
            precisions[i - 1] = Math.Max(precisions[i - 1], precisions[i]);
        }
        double sum = 0;
        int at = 0;
        foreach (double recall in RecallThresholds)
        {
            while (at < recalls.Length && recalls[at] < recall)
            {
                at++;
            }
            if (at == recalls.Length)
            {
                break; // never reached: precision 0 from here on
            }
            sum += precisions[at];
        }
        return sum / RecallPoints;
    }

    private static double MeanRecall(uint[] outcomes, int[] ranks, int most, int objects)
    {
        if (objects == 0)
        {
            return double.NaN;
        }
        long found = 0;
        for (int i = 0; i < outcomes.Length; i++)
        {
            if (ranks[i] < most)
            {
                found += System.Numerics.BitOperations.PopCount(outcomes[i] & ~(outcomes[i] >> 16) & 0x3FF);
            }
        }
        return found / (double)objects / CocoMatcher.Thresholds;
    }
}
