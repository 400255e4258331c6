using PruneSearch.Data.Datasets;
using PruneSearch.Data.Metrics;

namespace PruneSearch.Data.Tests.Metrics;

/// <summary>
/// The definition of COCO's detection metrics written down step by step: image by image, class by class, one area range, one
/// IoU threshold and one number of detections after the other. A reference for figures and for speed.
/// </summary>
internal static class StraightforwardCoco
{
    private static readonly double[] Ious = [.. Enumerable.Range(0, 9).Select(i => i * ((0.95 - 0.5) / 9) + 0.5), 0.95];
    private static readonly double[] Recalls = [.. Enumerable.Range(0, 100).Select(i => i * (1.0 / 100)), 1.0];
    private static readonly (double Low, double High)[] Areas = [(0, 1e10), (0, 1024), (1024, 9216), (9216, 1e10)];

    private sealed record ImageResult(double[] Scores, bool[][] Matched, bool[][] Ignored, int Counted);

    /// <summary>The twelve figures in the order in which the COCO tools print them.</summary>
    public static double[] Evaluate(DetectionDataset truth, IReadOnlyList<ImageDetection> found)
    {
        var byImage = found.GroupBy(d => d.ImageId).ToDictionary(g => g.Key, g => g.ToList());
        var images = truth.Samples.OrderBy(s => s.ImageId).ToList();
        var precision = new List<double>[Areas.Length, Ious.Length];
        var recall = new List<double>[Areas.Length, 3];
        for (int area = 0; area < Areas.Length; area++)
        {
            for (int t = 0; t < Ious.Length; t++)
            {
                precision[area, t] = [];
            }
            for (int m = 0; m < 3; m++)
            {
                recall[area, m] = [];
            }
            for (int c = 0; c < truth.Classes.Count; c++)
            {
                var results = images.Select(i => EvaluateImage(i, byImage.GetValueOrDefault(i.ImageId) ?? [], c, Areas[area])).OfType<ImageResult>().ToList();
                Accumulate(results, area, precision, recall);
            }
        }
        double Ap(int area, params int[] thresholds) => Mean(thresholds.SelectMany(t => precision[area, t]));
        int[] all = [.. Enumerable.Range(0, Ious.Length)];
        return
        [
            Ap(0, all), Ap(0, 0), Ap(0, 5), Ap(1, all), Ap(2, all), Ap(3, all),
            Mean(recall[0, 0]), Mean(recall[0, 1]), Mean(recall[0, 2]), Mean(recall[1, 2]), Mean(recall[2, 2]), Mean(recall[3, 2]),
        ];
    }

    private static ImageResult? EvaluateImage(DetectionSample image, List<ImageDetection> found, int c, (double Low, double High) area)
    {
        var detections = found.Where(d => d.Class == c).OrderByDescending(d => d.Score).Take(100).ToList();
        var objects = image.Objects.Where(o => o.Class == c).Select(
            o => (Object: o, Ignored: o.Crowd || o.Area < area.Low || o.Area > area.High)).OrderBy(o => o.Ignored).ToList();
        if (detections.Count == 0 && objects.Count == 0)
        {
            return null;
        }
        var matched = new bool[Ious.Length][];
        var ignored = new bool[Ious.Length][];
        for (int t = 0; t < Ious.Length; t++)
        {
            matched[t] = new bool[detections.Count];
            ignored[t] = new bool[detections.Count];
            bool[] taken = new bool[objects.Count];
            for (int d = 0; d < detections.Count; d++)
            {
                double best = Math.Min(Ious[t], 1 - 1e-10);
                int match = -1;
                for (int g = 0; g < objects.Count; g++)
                {
                    if (taken[g] && !objects[g].Object.Crowd)
                    {
                        continue;
                    }
                    if (match >= 0 && !objects[match].Ignored && objects[g].Ignored)
                    {
                        break;
                    }
                    double iou = Iou(detections[d].Box, objects[g].Object);
                    if (iou >= best)
                    {
                        best = iou;
                        match = g;
                    }
                }
                double size = detections[d].Box.Area();
                matched[t][d] = match >= 0;
                ignored[t][d] = match >= 0 ? objects[match].Ignored : size < area.Low || size > area.High;
                if (match >= 0)
                {
                    taken[match] = true;
                }
            }
        }
        return new ImageResult([.. detections.Select(d => d.Score)], matched, ignored, objects.Count(o => !o.Ignored));
    }

    private static void Accumulate(List<ImageResult> results, int area, List<double>[,] precision, List<double>[,] recall)
    {
        int objects = results.Sum(r => r.Counted);
        if (objects == 0)
        {
            return;
        }
        int[] most = [1, 10, 100];
        for (int m = 0; m < most.Length; m++)
        {
            double recalled = 0;
            for (int t = 0; t < Ious.Length; t++)
            {
                var outcomes = results.SelectMany(r => Enumerable.Range(0, Math.Min(r.Scores.Length, most[m])).Select(
                    d => (Score: r.Scores[d], Matched: r.Matched[t][d], Ignored: r.Ignored[t][d])))
                    .OrderByDescending(o => o.Score).Where(o => !o.Ignored).ToList();
                int right = 0, wrong = 0;
                var curve = new List<(double Recall, double Precision)>();
                foreach (var outcome in outcomes)
                {
                    right += outcome.Matched ? 1 : 0;
                    wrong += outcome.Matched ? 0 : 1;
                    curve.Add((right / (double)objects, right / (right + wrong + 2.220446049250313e-16)));
                }
                recalled += right / (double)objects;
                if (most[m] == 100)
                {
                    precision[area, t].Add(Area(curve));
                }
            }
            recall[area, m].Add(recalled / Ious.Length);
        }
    }

    private static double Area(List<(double Recall, double Precision)> curve)
    {
        double[] precisions = [.. curve.Select(c => c.Precision)];
        for (int i = precisions.Length - 1; i > 0; i--)
        {
            precisions[i - 1] = Math.Max(precisions[i - 1], precisions[i]);
        }
        double sum = 0;
        int at = 0;
        foreach (double recall in Recalls)
        {
            while (at < precisions.Length && curve[at].Recall < recall)
            {
                at++;
            }
            sum += at < precisions.Length ? precisions[at] : 0;
        }
        return sum / Recalls.Length;
    }

    private static double Iou(PixelBox a, ObjectAnnotation b)
    {
        double width = Math.Min(a.X + a.Width, b.Box.X + b.Box.Width) - Math.Max(a.X, b.Box.X);
        double height = Math.Min(a.Y + a.Height, b.Box.Y + b.Box.Height) - Math.Max(a.Y, b.Box.Y);
        double intersection = Math.Max(width, 0) * Math.Max(height, 0);
        return intersection / (b.Crowd ? a.Area() : a.Area() + b.Box.Area() - intersection);
    }

    private static double Mean(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return all.Length == 0 ? double.NaN : all.Average();
    }
}
