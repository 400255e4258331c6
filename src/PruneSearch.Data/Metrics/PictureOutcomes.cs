using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Metrics;

/// <summary>
/// What a detector gets right and wrong on each picture. Matching is done picture by picture, so this is enough to score it on
/// any choice of the pictures without matching again.
/// </summary>
internal sealed class PictureOutcomes
{
    private const double Spacing = 2.220446049250313e-16; // as CocoClassScore
    private const int RecallPoints = 101;
    private static readonly double[] RecallThresholds = CocoMatcher.Linspace(0, 1, RecallPoints);

    private readonly OfClass[] _classes;
    private readonly Curve[] _curves = [.. Enumerable.Range(0, CocoMatcher.Thresholds).Select(_ => new Curve())];

    private PictureOutcomes(OfClass[] classes, int pictures) => (_classes, Pictures) = (classes, pictures);

    /// <summary>Pictures of the split, by rising image id.</summary>
    public int Pictures { get; }

    /// <summary>Matches detections of all sizes.</summary>
    /// <exception cref="ArgumentException">A detection names an unknown picture or class, or its score is NaN.</exception>
    public static PictureOutcomes Of(DetectionDataset truth, IEnumerable<ImageDetection> detections)
    {
        var matcher = new CocoMatcher();
        return new PictureOutcomes(Array.ConvertAll(DetectionGroups.Create(truth, detections), g => OfClass.Create(g, matcher)), truth.Samples.Count);
    }

    /// <summary>mAP at IoU .5 and COCO mAP when each picture stands so many times in the split; NaN when none of them has an object.</summary>
    /// <param name="times">How often, one number a picture.</param>
    public (double Map50, double Map) Score(ReadOnlySpan<int> times)
    {
        double sum50 = 0, sum = 0;
        int classes = 0;
        foreach (var c in _classes)
        {
            long objects = 0;
            foreach (var (picture, count) in c.Objects)
            {
                objects += (long)times[picture] * count;
            }
            if (objects > 0)
            {
                var (ap50, ap) = Score(c, times, objects);
                (sum50, sum, classes) = (sum50 + ap50, sum + ap, classes + 1);
            }
        }
        return classes == 0 ? (double.NaN, double.NaN) : (sum50 / classes, sum / classes);
    }

    // A picture that stands there several times is a step of the curve that is so much larger: precision rises within it, so only its end counts.
    private (double Ap50, double Ap) Score(OfClass c, ReadOnlySpan<int> times, long objects)
    {
        Array.ForEach(_curves, curve => curve.Clear());
        long atAll = 0; // false at every threshold
        for (int d = 0; d < c.Pictures.Length; d++)
        {
            int weight = times[c.Pictures[d]];
            uint matched = c.Outcomes[d] & CocoMatcher.AllBits, ignored = c.Outcomes[d] >> 16;
            if (weight == 0)
            {
                continue;
            }
            if ((matched | ignored) == 0)
            {
                atAll += weight;
                continue;
            }
            for (int t = 0; t < _curves.Length; t++)
            {
                if (((ignored >> t) & 1) == 0)
                {
                    _curves[t].Add(((matched >> t) & 1) != 0, weight, atAll);
                }
            }
        }
        double first = _curves[0].Interpolated(objects), sum = first;
        for (int t = 1; t < _curves.Length; t++)
        {
            sum += _curves[t].Interpolated(objects);
        }
        return (first, sum / _curves.Length);
    }

    /// <summary>One class.</summary>
    /// <param name="Pictures">Picture of each detection, by falling score; behind the last that matches anything there are none.</param>
    /// <param name="Outcomes">Its outcomes, as <see cref="CocoMatcher.Match"/> tells them.</param>
    /// <param name="Objects">Pictures with objects that count, and how many.</param>
    private sealed record OfClass(int[] Pictures, uint[] Outcomes, (int Picture, int Count)[] Objects)
    {
        public static OfClass Create(ClassGroup group, CocoMatcher matcher)
        {
            uint[] outcomes = new uint[group.Detections.Length];
            int[] pictures = new int[group.Detections.Length];
            var objects = new List<(int, int)>();
            foreach (var cell in group.Cells)
            {
                int most = Math.Min(cell.Detections, CocoMatcher.MaxDetections);
                int counted = matcher.Match(
                    group.Detections.AsSpan(cell.FirstDetection, most), group.Objects.AsSpan(cell.FirstObject, cell.Objects), CocoMatcher.AllAreas,
                    outcomes.AsSpan(cell.FirstDetection, most), sameCell: false);
                pictures.AsSpan(cell.FirstDetection, cell.Detections).Fill(cell.Picture);
                if (counted > 0)
                {
                    objects.Add((cell.Picture, counted));
                }
            }
            int[] order = Array.FindAll(group.Order, d => group.Ranks[d] < CocoMatcher.MaxDetections);
            int last = Array.FindLastIndex(order, d => (outcomes[d] & CocoMatcher.AllBits) != 0);
            order = order[..(last + 1)];
            return new OfClass([.. order.Select(d => pictures[d])], [.. order.Select(d => outcomes[d])], [.. objects]);
        }
    }

    /// <summary>Precision over recall at one threshold.</summary>
    private sealed class Curve
    {
        private readonly List<(long Found, double Precision)> _steps = [];
        private long _found, _false;

        public void Clear()
        {
            _steps.Clear();
            (_found, _false) = (0, 0);
        }

        public void Add(bool matched, int weight, long atAll)
        {
            if (!matched)
            {
                _false += weight;
                return;
            }
            _found += weight;
            _steps.Add((_found, _found / (_false + atAll + _found + Spacing)));
        }

        // From the highest recall down: the best precision at this recall or above.
        public double Interpolated(long objects)
        {
            double sum = 0, best = 0;
            int at = _steps.Count - 1;
            for (int r = RecallThresholds.Length - 1; r >= 0; r--)
            {
                for (; at >= 0 && _steps[at].Found / (double)objects >= RecallThresholds[r]; at--)
                {
                    best = Math.Max(best, _steps[at].Precision);
                }
                sum += best;
            }
            return sum / RecallPoints;
        }
    }
}
