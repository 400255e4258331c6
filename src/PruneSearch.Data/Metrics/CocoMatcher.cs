using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Metrics;

/// <summary>
/// Matches the detections of one class in one picture to its objects, for all IoU thresholds and area ranges. A
/// detection's outcome is two bits a threshold: matched, and ignored.
/// </summary>
internal sealed class CocoMatcher
{
    public const int Thresholds = 10, Areas = 4, AllAreas = 0, Small = 1, Medium = 2, Large = 3, MaxDetections = 100;

    /// <summary>All thresholds in the lower or, shifted, in the upper half of an outcome.</summary>
    public const uint AllBits = (1 << Thresholds) - 1;

    private static readonly double[] IouThresholds = Linspace(0.5, 0.95, Thresholds);
    private static readonly (double Low, double High)[] AreaRanges = [(0, 1e10), (0, 32 * 32), (32 * 32, 96 * 96), (96 * 96, 1e10)];

    private double[] _ious = [], _largest = [];
    private int[] _order = [];
    private bool[] _ignored = [];
    private bool[] _taken = [];

    /// <summary>NumPy's linspace: multiples of a rounded step, the last value exact.</summary>
    public static double[] Linspace(double start, double stop, int count)
    {
        double step = (stop - start) / (count - 1);
        double[] values = [.. Enumerable.Range(0, count).Select(i => i * step + start)];
        values[^1] = stop;
        return values;
    }

    /// <summary>Matches one cell.</summary>
    /// <param name="detections">By falling score, at most <see cref="MaxDetections"/>.</param>
    /// <param name="objects">All objects of the class in the picture.</param>
    /// <param name="area">Index of the area range.</param>
    /// <param name="outcomes">Receives, for each detection, the matched thresholds in bits 0 to 9 and the ignored ones in bits 16 to 25.</param>
    /// <param name="sameCell">Whether the last call was for the same cell: the IoUs are then known.</param>
    /// <returns>Objects that count.</returns>
    public int Match(ReadOnlySpan<ImageDetection> detections, ReadOnlySpan<ObjectAnnotation> objects, int area, Span<uint> outcomes, bool sameCell)
    {
        if (!sameCell)
        {
            Prepare(detections, objects);
        }
        var (low, high) = AreaRanges[area];
        int counted = Order(objects, low, high);
        outcomes.Clear();
        for (int threshold = 0; threshold < Thresholds && objects.Length > 0; threshold++)
        {
            MatchAt(threshold, detections.Length, objects, outcomes);
        }
        for (int d = 0; d < detections.Length; d++)
        {
            double size = detections[d].Box.Area();
            if (size < low || size > high)
            {
                outcomes[d] |= (~outcomes[d] & AllBits) << 16; // unmatched and of another size: no false positive
            }
        }
        return counted;
    }

    private void MatchAt(int threshold, int detections, ReadOnlySpan<ObjectAnnotation> objects, Span<uint> outcomes)
    {
        double smallest = Math.Min(IouThresholds[threshold], 1 - 1e-10);
        var taken = _taken.AsSpan(0, objects.Length);
        taken.Clear();
        for (int d = 0; d < detections; d++)
        {
            if (_largest[d] < smallest)
            {
                continue; // reaches no object
            }
            double best = smallest;
            int match = -1;
            for (int k = 0; k < objects.Length; k++)
            {
                int g = _order[k];
                if (taken[k] && !objects[g].Crowd)
                {
                    continue;
                }
                if (match >= 0 && !_ignored[_order[match]] && _ignored[g])
                {
                    break; // objects that count stand first and win against ignored ones
                }
                double iou = _ious[d * objects.Length + g];
                if (iou >= best)
                {
                    best = iou;
                    match = k;
                }
            }
            if (match >= 0)
            {
                taken[match] = true;
                outcomes[d] |= 1u << threshold;
                outcomes[d] |= _ignored[_order[match]] ? 1u << (threshold + 16) : 0;
            }
        }
    }

    private int Order(ReadOnlySpan<ObjectAnnotation> objects, double low, double high)
    {
        int counted = 0;
        for (int g = 0; g < objects.Length; g++)
        {
            _ignored[g] = objects[g].Crowd || objects[g].Area < low || objects[g].Area > high;
            if (!_ignored[g])
            {
                _order[counted++] = g;
            }
        }
        int next = counted;
        for (int g = 0; g < objects.Length; g++)
        {
            if (_ignored[g])
            {
                _order[next++] = g;
            }
        }
        return counted;
    }

    private void Prepare(ReadOnlySpan<ImageDetection> detections, ReadOnlySpan<ObjectAnnotation> objects)
    {
        if (_order.Length < objects.Length)
        {
            _order = new int[objects.Length];
            _ignored = new bool[objects.Length];
            _taken = new bool[objects.Length];
        }
        if (_ious.Length < detections.Length * objects.Length)
        {
            _ious = new double[detections.Length * objects.Length];
        }
        if (_largest.Length < detections.Length)
        {
            _largest = new double[Math.Max(detections.Length, MaxDetections)];
        }
        for (int d = 0; d < detections.Length; d++)
        {
            double largest = 0;
            for (int g = 0; g < objects.Length; g++)
            {
                double iou = Iou(detections[d].Box, objects[g].Box, objects[g].Crowd);
                _ious[d * objects.Length + g] = iou;
                largest = Math.Max(largest, iou);
            }
            _largest[d] = largest;
        }
    }

    // A crowd has no union: what lies within it is covered completely.
    public static double Iou(in PixelBox detection, in PixelBox truth, bool crowd)
    {
        double width = Math.Min(detection.X + detection.Width, truth.X + truth.Width) - Math.Max(detection.X, truth.X);
        double height = Math.Min(detection.Y + detection.Height, truth.Y + truth.Height) - Math.Max(detection.Y, truth.Y);
        if (!(width > 0 && height > 0))
        {
            return 0;
        }
        double intersection = width * height;
        return intersection / (crowd ? detection.Area() : detection.Area() + truth.Area() - intersection);
    }
}
