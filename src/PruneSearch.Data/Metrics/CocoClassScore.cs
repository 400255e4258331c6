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

    public int Objects { get; private set; }

    public static CocoClassScore Compute(ClassGroup group, CocoMatcher matcher)
    {
        var outcomes = new uint[CocoMatcher.Areas][];
        int[] counted = new int[CocoMatcher.Areas];
        for (int area = 0; area < CocoMatcher.Areas; area++)
        {
            outcomes[area] = new uint[group.Detections.Length];
        }
        foreach (var cell in group.Cells)
        {
            int most = Math.Min(cell.Detections, CocoMatcher.MaxDetections);
            var detections = group.Detections.AsSpan(cell.FirstDetection, most);
            var objects = group.Objects.AsSpan(cell.FirstObject, cell.Objects);
            for (int area = 0; area < CocoMatcher.Areas; area++)
            {
                counted[area] += matcher.Match(detections, objects, area, outcomes[area].AsSpan(cell.FirstDetection, most), sameCell: area > 0);
            }
        }
        int[] order = Array.FindAll(group.Order, d => group.Ranks[d] < CocoMatcher.MaxDetections);
        var result = new CocoClassScore { Objects = counted[CocoMatcher.AllAreas] };
        for (int area = 0; area < CocoMatcher.Areas; area++)
        {
            result.Precision[area] = MeanPrecisions(outcomes[area], order, counted[area]);
            result.Recall[area] = MeanRecall(outcomes[area], group.Ranks, CocoMatcher.MaxDetections, counted[area]);
        }
        result.RecallOfOne = MeanRecall(outcomes[CocoMatcher.AllAreas], group.Ranks, 1, result.Objects);
        result.RecallOfTen = MeanRecall(outcomes[CocoMatcher.AllAreas], group.Ranks, 10, result.Objects);
        return result;
    }

    /// <summary>
    /// Mean interpolated precision at each IoU threshold. Recall rises, and precision has its local maxima, at true
    /// positives: the curve is kept there only. One pass serves all thresholds, and what no threshold matches costs one addition.
    /// </summary>
    private static double[] MeanPrecisions(uint[] outcomes, int[] order, int objects)
    {
        double[] means = new double[CocoMatcher.Thresholds];
        if (objects == 0)
        {
            Array.Fill(means, double.NaN);
            return means;
        }
        var curves = new List<double>[CocoMatcher.Thresholds]; // precision at the first, second, … true positive
        int[] falsePositives = new int[CocoMatcher.Thresholds];
        for (int t = 0; t < curves.Length; t++)
        {
            curves[t] = [];
        }
        int atAll = 0;
        foreach (int d in order)
        {
            uint matched = outcomes[d] & CocoMatcher.AllBits, ignored = outcomes[d] >> 16;
            if (ignored == CocoMatcher.AllBits)
            {
                continue;
            }
            if ((matched | ignored) == 0)
            {
                atAll++;
                continue;
            }
            for (int t = 0; t < curves.Length; t++)
            {
                if (((ignored >> t) & 1) != 0)
                {
                    continue;
                }
                if (((matched >> t) & 1) == 0)
                {
                    falsePositives[t]++;
                    continue;
                }
                int truePositives = curves[t].Count + 1;
                curves[t].Add(truePositives / (falsePositives[t] + atAll + truePositives + Spacing));
            }
        }
        for (int t = 0; t < curves.Length; t++)
        {
            means[t] = Interpolated(curves[t], objects);
        }
        return means;
    }

    private static double Interpolated(List<double> curve, int objects)
    {
        for (int i = curve.Count - 1; i > 0; i--)
        {
            curve[i - 1] = Math.Max(curve[i - 1], curve[i]);
        }
        double sum = 0;
        int at = 0;
        foreach (double recall in RecallThresholds)
        {
            while (at < curve.Count && (at + 1) / (double)objects < recall)
            {
                at++;
            }
            if (at == curve.Count)
            {
                break; // never reached: precision 0 from here on
            }
            sum += curve[at];
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
                found += System.Numerics.BitOperations.PopCount(outcomes[i] & ~(outcomes[i] >> 16) & CocoMatcher.AllBits);
            }
        }
        return found / (double)objects / CocoMatcher.Thresholds;
    }
}
