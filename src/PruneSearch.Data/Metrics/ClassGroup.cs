using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Metrics;

/// <summary>The detections and objects of one class, picture by picture.</summary>
/// <param name="Detections">By picture, then by falling score.</param>
/// <param name="Ranks">Place of each detection among those of its picture, from 0.</param>
/// <param name="Order">Positions of all detections by falling score; equal ones by picture, then by rank: a stable sort of the pictures' lists.</param>
/// <param name="Objects">By picture.</param>
/// <param name="Cells">By rising image id.</param>
internal sealed record ClassGroup(
    ImageDetection[] Detections, int[] Ranks, int[] Order, ObjectAnnotation[] Objects, IReadOnlyList<ClassGroup.Cell> Cells)
{
    /// <summary>Detections of one picture by falling score, and its objects; pictures with neither have no cell.</summary>
    public readonly record struct Cell(int Picture, int FirstDetection, int Detections, int FirstObject, int Objects);

    /// <summary>Sorts one class.</summary>
    /// <param name="found">All detections.</param>
    /// <param name="own">Those of the class, by picture; within a picture in the order they were given.</param>
    /// <param name="pictureOf">Picture of each of all detections.</param>
    /// <param name="objects">All objects.</param>
    /// <param name="ownObjects">Those of the class, by picture.</param>
    public static ClassGroup Create(
        ImageDetection[] found, ReadOnlySpan<int> own, int[] pictureOf, (int Picture, ObjectAnnotation Object)[] objects, ReadOnlySpan<int> ownObjects)
    {
        var cells = new List<Cell>();
        int[] cellOf = new int[own.Length];
        int d = 0, g = 0;
        while (d < own.Length || g < ownObjects.Length)
        {
            int picture = Math.Min(d < own.Length ? pictureOf[own[d]] : int.MaxValue, g < ownObjects.Length ? objects[ownObjects[g]].Picture : int.MaxValue);
            int firstDetection = d, firstObject = g;
            while (d < own.Length && pictureOf[own[d]] == picture)
            {
                cellOf[d++] = cells.Count;
            }
            while (g < ownObjects.Length && objects[ownObjects[g]].Picture == picture)
            {
                g++;
            }
            cells.Add(new Cell(picture, firstDetection, d - firstDetection, firstObject, g - firstObject));
        }
        int[] order = ByFallingScore(found, own);
        var detections = new ImageDetection[own.Length];
        int[] ranks = new int[own.Length], next = new int[cells.Count];
        for (int i = 0; i < order.Length; i++)
        {
            int cell = cellOf[order[i]], rank = next[cell]++, to = cells[cell].FirstDetection + rank;
            detections[to] = found[own[order[i]]];
            ranks[to] = rank;
            order[i] = to;
        }
        var sortedObjects = new ObjectAnnotation[ownObjects.Length];
        for (int i = 0; i < sortedObjects.Length; i++)
        {
            sortedObjects[i] = objects[ownObjects[i]].Object;
        }
        return new ClassGroup(detections, ranks, order, sortedObjects, cells);
    }

    // Sorting plain numbers needs no comparer; runs of equal ones are put in order afterwards.
    private static int[] ByFallingScore(ImageDetection[] found, ReadOnlySpan<int> own)
    {
        double[] keys = new double[own.Length];
        int[] order = new int[own.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = -found[own[i]].Score;
            order[i] = i;
        }
        Array.Sort(keys, order);
        for (int from = 0; from < keys.Length;)
        {
            int to = from + 1;
            while (to < keys.Length && keys[to] == keys[from])
            {
                to++;
            }
            order.AsSpan(from..to).Sort();
            from = to;
        }
        return order;
    }
}
