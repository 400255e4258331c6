using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Metrics;

/// <summary>
/// COCO detection metrics with the semantics of the COCO tools (cocodataset.org/#detection-eval): greedy matching by
/// falling score, crowds and objects outside an area range ignored, precision interpolated at 101 recalls. Sorting is
/// stable, images go by rising id, and thresholds are computed as NumPy's linspace computes them: the figures agree to
/// the last digits. <c>difficult</c> has no meaning in COCO.
/// </summary>
public static class CocoEvaluator
{
    /// <summary>Scores detections against a data set.</summary>
    /// <param name="truth">Pictures and objects; all its pictures count, also those without detections.</param>
    /// <param name="detections">In any order of pictures; within a picture, equal scores rank in the order given.</param>
    /// <exception cref="ArgumentException">A detection names an unknown picture or class, or its score is NaN.</exception>
    public static CocoResult Evaluate(DetectionDataset truth, IEnumerable<ImageDetection> detections)
    {
        var groups = DetectionGroups.Create(truth, detections);
        var matcher = new CocoMatcher();
        var classes = Array.ConvertAll(groups, g => CocoClassScore.Compute(g, matcher));
        return new CocoResult
        {
            Ap = Precision(classes, CocoMatcher.AllAreas),
            Ap50 = Precision(classes, CocoMatcher.AllAreas, 0),
            Ap75 = Precision(classes, CocoMatcher.AllAreas, 5),
            ApSmall = Precision(classes, CocoMatcher.Small),
            ApMedium = Precision(classes, CocoMatcher.Medium),
            ApLarge = Precision(classes, CocoMatcher.Large),
            Ar1 = Mean(classes, c => c.RecallOfOne),
            Ar10 = Mean(classes, c => c.RecallOfTen),
            Ar100 = Mean(classes, c => c.Recall[CocoMatcher.AllAreas]),
            ArSmall = Mean(classes, c => c.Recall[CocoMatcher.Small]),
            ArMedium = Mean(classes, c => c.Recall[CocoMatcher.Medium]),
            ArLarge = Mean(classes, c => c.Recall[CocoMatcher.Large]),
            Classes = [.. classes.Select((c, i) => new ClassAveragePrecision(truth.Classes[i], Precision([c], 0), Precision([c], 0, 0), c.Objects))],
        };
    }

    private static double Precision(IReadOnlyList<CocoClassScore> classes, int area, int? threshold = null) =>
        Mean(classes, c => threshold is int t ? c.Precision[area][t] : c.Precision[area].Average());

    // Every class has as many thresholds and recalls as the next one: the mean of means is the mean of all values.
    private static double Mean(IReadOnlyList<CocoClassScore> classes, Func<CocoClassScore, double> figure)
    {
        double sum = 0;
        int count = 0;
        foreach (var item in classes)
        {
            double value = figure(item);
            if (!double.IsNaN(value))
            {
                sum += value;
                count++;
            }
        }
        return count == 0 ? double.NaN : sum / count;
    }
}
