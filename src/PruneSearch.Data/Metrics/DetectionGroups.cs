using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Metrics;

/// <summary>Sorts detections and objects by class and picture, in linear time but for one sort of plain numbers a class.</summary>
internal static class DetectionGroups
{
    /// <summary>One group a class, in the order of the data set.</summary>
    /// <exception cref="ArgumentException">A detection names an unknown picture or class, or its score is NaN.</exception>
    public static ClassGroup[] Create(DetectionDataset truth, IEnumerable<ImageDetection> detections)
    {
        var samples = truth.Samples.OrderBy(s => s.ImageId).ToList();
        var positions = new Dictionary<long, int>(samples.Count);
        for (int i = 0; i < samples.Count; i++)
        {
            if (!positions.TryAdd(samples[i].ImageId, i))
            {
                throw new ArgumentException($"Image id {samples[i].ImageId} stands twice in '{truth.Name}'.");
            }
        }
        var found = detections as ImageDetection[] ?? [.. detections];
        int classes = truth.Classes.Count;
        int[] pictureOf = PicturesOf(found, positions, classes, truth.Name);
        int[] byClass = Stable(Stable(null, pictureOf, samples.Count, out _), Array.ConvertAll(found, d => d.Class), classes, out int[] detectionStarts);
        var objects = samples.SelectMany((s, i) => s.Objects.Select(o => (Picture: i, Object: o))).ToArray();
        int[] objectsByClass = Stable(null, Array.ConvertAll(objects, o => o.Object.Class), classes, out int[] objectStarts);
        var groups = new ClassGroup[classes];
        for (int c = 0; c < classes; c++)
        {
            var own = byClass.AsSpan(detectionStarts[c]..detectionStarts[c + 1]);
            var ownObjects = objectsByClass.AsSpan(objectStarts[c]..objectStarts[c + 1]);
            groups[c] = ClassGroup.Create(found, own, pictureOf, objects, ownObjects);
        }
        return groups;
    }

    private static int[] PicturesOf(ImageDetection[] found, Dictionary<long, int> positions, int classes, string name)
    {
        int[] pictures = new int[found.Length];
        for (int i = 0; i < found.Length; i++)
        {
            ref readonly var detection = ref found[i];
            if (i > 0 && detection.ImageId == found[i - 1].ImageId)
            {
                pictures[i] = pictures[i - 1];
            }
            else if (!positions.TryGetValue(detection.ImageId, out pictures[i]))
            {
                throw new ArgumentException($"A detection is in image {detection.ImageId}, which '{name}' does not have.");
            }
            if (detection.Class < 0 || detection.Class >= classes || double.IsNaN(detection.Score))
            {
                throw new ArgumentException($"A detection in image {detection.ImageId} has class {detection.Class} and score {detection.Score}, expected a " +
                    $"class from 0 to {classes - 1} and a number.");
            }
        }
        return pictures;
    }

    // Counting sort: positions by rising key; equal keys keep the order they came in. Starts tells where each key begins.
    private static int[] Stable(int[]? order, int[] keys, int limit, out int[] starts)
    {
        starts = new int[limit + 1];
        foreach (int key in keys)
        {
            starts[key + 1]++;
        }
        for (int i = 0; i < limit; i++)
        {
            starts[i + 1] += starts[i];
        }
        int[] next = starts[..limit], result = new int[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            int item = order is null ? i : order[i];
            result[next[keys[item]]++] = item;
        }
        return result;
    }
}
