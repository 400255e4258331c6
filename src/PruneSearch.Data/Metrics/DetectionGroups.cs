using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Metrics;

/// <summary>Detections and objects by class and picture, each in one array.</summary>
internal sealed class DetectionGroups
{
    /// <summary>Detections of one class in one picture by falling score, and its objects.</summary>
    public readonly record struct Cell(int FirstDetection, int Detections, int FirstObject, int Objects);

    private readonly List<Cell>[] _cells;

    private DetectionGroups(int classes) => _cells = [.. Enumerable.Range(0, classes).Select(_ => new List<Cell>())];

    /// <summary>All detections, class by class, picture by picture.</summary>
    public ImageDetection[] Detections { get; private init; } = [];

    /// <summary>All objects, class by class, picture by picture.</summary>
    public ObjectAnnotation[] Objects { get; private init; } = [];

    /// <summary>The pictures with an object or a detection of a class, by rising image id.</summary>
    public IReadOnlyList<Cell> Of(int classIndex) => _cells[classIndex];

    public static DetectionGroups Create(DetectionDataset truth, IEnumerable<ImageDetection> detections)
    {
        var samples = truth.Samples.OrderBy(s => s.ImageId).ToList();
        var position = new Dictionary<long, int>(samples.Count);
        for (int i = 0; i < samples.Count; i++)
        {
            if (!position.TryAdd(samples[i].ImageId, i))
            {
                throw new ArgumentException($"Image id {samples[i].ImageId} stands twice in '{truth.Name}'.");
            }
        }
        var found = detections.ToArray();
        int classes = truth.Classes.Count;
        var detectionKeys = new DetectionKey[found.Length];
        for (int i = 0; i < found.Length; i++)
        {
            detectionKeys[i] = new DetectionKey(CellOf(found[i], position, classes, samples.Count, truth.Name), found[i].Score, i);
        }
        Array.Sort(detectionKeys);
        var objects = samples.SelectMany((s, i) => s.Objects.Select(o => (Cell: (long)o.Class * samples.Count + i, Object: o))).OrderBy(o => o.Cell).ToArray();
        var groups = new DetectionGroups(classes)
        {
            Detections = [.. detectionKeys.Select(k => found[k.Index])],
            Objects = [.. objects.Select(o => o.Object)],
        };
        int d = 0, g = 0;
        while (d < detectionKeys.Length || g < objects.Length)
        {
            long cell = Math.Min(d < detectionKeys.Length ? detectionKeys[d].Cell : long.MaxValue, g < objects.Length ? objects[g].Cell : long.MaxValue);
            int firstDetection = d, firstObject = g;
            while (d < detectionKeys.Length && detectionKeys[d].Cell == cell)
            {
                d++;
            }
            while (g < objects.Length && objects[g].Cell == cell)
            {
                g++;
            }
            groups._cells[(int)(cell / samples.Count)].Add(new Cell(firstDetection, d - firstDetection, firstObject, g - firstObject));
        }
        return groups;
    }

    private static long CellOf(in ImageDetection detection, Dictionary<long, int> position, int classes, int pictures, string name)
    {
        if (!position.TryGetValue(detection.ImageId, out int picture))
        {
            throw new ArgumentException($"A detection is in image {detection.ImageId}, which '{name}' does not have.");
        }
        if (detection.Class < 0 || detection.Class >= classes || double.IsNaN(detection.Score))
        {
            throw new ArgumentException($"A detection in image {detection.ImageId} has class {detection.Class} and score {detection.Score}, expected a class from 0 to {classes - 1} and a number.");
        }
        return (long)detection.Class * pictures + picture;
    }

    private readonly record struct DetectionKey(long Cell, double Score, int Index) : IComparable<DetectionKey>
    {
        // The index makes the order that of a stable sort.
        public int CompareTo(DetectionKey other)
        {
            int order = Cell.CompareTo(other.Cell);
            order = order != 0 ? order : other.Score.CompareTo(Score);
            return order != 0 ? order : Index.CompareTo(other.Index);
        }
    }
}
