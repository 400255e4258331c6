using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Metrics;

/// <summary>How VOC computes the area under a precision-recall curve.</summary>
public enum VocInterpolation
{
    /// <summary>Mean of the best precision at recalls 0, .1, … 1 (VOC 2007).</summary>
    ElevenPoint,

    /// <summary>Area under the curve made monotone (VOC 2010 and later).</summary>
    AllPoints,
}

/// <summary>
/// Pascal VOC average precision (development kits 2007 and 2012): a detection goes to the object it overlaps most; it is
/// right when the IoU reaches .5 and the object was not found before; difficult objects and what finds them count neither
/// way, and neither do crowds. Boxes are rectangles of real numbers: the kits' "+ 1" of pixel indices has no place here.
/// </summary>
public static class VocEvaluator
{
    private const double MinIou = 0.5;

    /// <summary>Scores detections against a data set.</summary>
    /// <param name="truth">Pictures and objects.</param>
    /// <param name="detections">In any order.</param>
    /// <param name="interpolation">Which of the two definitions.</param>
    /// <returns>AP by class, 0 to 1, in the order of the classes; NaN where no object counts.</returns>
    /// <exception cref="ArgumentException">A detection names an unknown picture or class, or its score is NaN.</exception>
    public static IReadOnlyList<double> Evaluate(DetectionDataset truth, IEnumerable<ImageDetection> detections, VocInterpolation interpolation) =>
        [.. DetectionGroups.Create(truth, detections).Select(g => Score(g, interpolation))];

    /// <summary>Mean of the classes that have a figure; NaN when none has.</summary>
    public static double Mean(IReadOnlyList<double> classes)
    {
        double[] known = [.. classes.Where(v => !double.IsNaN(v))];
        return known.Length == 0 ? double.NaN : known.Average();
    }

    private static double Score(ClassGroup group, VocInterpolation interpolation)
    {
        var outcomes = new Outcome[group.Detections.Length];
        int objects = 0;
        foreach (var cell in group.Cells)
        {
            var truths = group.Objects.AsSpan(cell.FirstObject, cell.Objects);
            bool[] found = new bool[truths.Length];
            foreach (var truth in truths)
            {
                objects += truth.Difficult || truth.Crowd ? 0 : 1;
            }
            for (int d = cell.FirstDetection; d < cell.FirstDetection + cell.Detections; d++)
            {
                int best = Best(group.Detections[d].Box, truths);
                if (best < 0)
                {
                    outcomes[d] = Outcome.Wrong;
                }
                else if (truths[best].Difficult || truths[best].Crowd)
                {
                    outcomes[d] = Outcome.Ignored;
                }
                else
                {
                    outcomes[d] = found[best] ? Outcome.Wrong : Outcome.Right;
                    found[best] = true;
                }
            }
        }
        bool[] right = [.. group.Order.Select(d => outcomes[d]).Where(o => o != Outcome.Ignored).Select(o => o == Outcome.Right)];
        return objects == 0 ? double.NaN : Area(right, objects, interpolation);
    }

    private static int Best(PixelBox box, ReadOnlySpan<ObjectAnnotation> truths)
    {
        int best = -1;
        double bestIou = MinIou;
        for (int i = 0; i < truths.Length; i++)
        {
            double iou = CocoMatcher.Iou(box, truths[i].Box, crowd: false);
            if (iou > bestIou || (iou == bestIou && best < 0))
            {
                best = i;
                bestIou = iou;
            }
        }
        return best;
    }

    private static double Area(bool[] right, int objects, VocInterpolation interpolation)
    {
        double[] recalls = new double[right.Length], precisions = new double[right.Length];
        int truePositives = 0;
        for (int i = 0; i < right.Length; i++)
        {
            truePositives += right[i] ? 1 : 0;
            recalls[i] = truePositives / (double)objects;
            precisions[i] = truePositives / (i + 1.0);
        }
        for (int i = right.Length - 1; i > 0; i--)
        {
            precisions[i - 1] = Math.Max(precisions[i - 1], precisions[i]);
        }
        if (interpolation == VocInterpolation.AllPoints)
        {
            return precisions.Select((p, i) => p * (recalls[i] - (i == 0 ? 0 : recalls[i - 1]))).Sum();
        }
        return Enumerable.Range(0, 11).Average(k =>
        {
            int at = Array.FindIndex(recalls, r => r >= k / 10.0);
            return at < 0 ? 0 : precisions[at];
        });
    }

    private enum Outcome
    {
        Wrong,
        Right,
        Ignored,
    }
}
