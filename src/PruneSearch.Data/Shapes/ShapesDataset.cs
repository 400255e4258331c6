using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Shapes;

/// <summary>
/// A procedural data set of coloured shapes (circle, square, triangle, star, cross) on cluttered, noisy backgrounds: real
/// enough to be learnt, small enough for a first search without any download.
/// </summary>
public static class ShapesDataset
{
    /// <summary>The shapes that are drawn, in the order of their classes.</summary>
    public static IReadOnlyList<string> Classes => ShapePaths.Classes;

    /// <summary>
    /// Writes <c>train.json</c>, <c>val.json</c>, where asked for <c>test.json</c> (COCO) and <c>images/*.png</c>. What stands there is overwritten.
    /// </summary>
    /// <param name="folder">Made when it is not there.</param>
    /// <param name="options">What the pictures look like; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Write(string folder, ShapesOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new ShapesOptions();
        Check(options);
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        WriteSplit(folder, "train", 0, options.Train, options, cancellation);
        WriteSplit(folder, "val", 1, options.Validation, options, cancellation);
        if (options.Test > 0)
        {
            WriteSplit(folder, "test", 2, options.Test, options, cancellation);
        }
    }

    /// <summary>Reads a split that <see cref="Write"/> wrote.</summary>
    /// <param name="split"><c>train</c>, <c>val</c> or <c>test</c>.</param>
    /// <exception cref="DatasetException">It is missing or was damaged.</exception>
    public static DetectionDataset Read(string folder, string split) => DatasetReader.ReadCoco(
        Path.Combine(folder, split + ".json"), Path.Combine(folder, "images"), new DatasetReadOptions { Name = $"shapes/{split}", Classes = Classes });

    private static void Check(ShapesOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Train, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Validation, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Test);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ImageSize, 32);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.ImageSize, 2048);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxObjects, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxObjects, 16);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MinEdge);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxEdge, options.MinEdge);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxEdge, 1);
    }

    private static void WriteSplit(string folder, string split, int number, int count, ShapesOptions options, CancellationToken cancellation)
    {
        var images = new List<object>();
        var annotations = new List<object>();
        for (int i = 1; i <= count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var picture = new ShapesPicture(options, new SeededRandom(options.Seed, number, i));
            string file = $"{split}-{i:D5}.png";
            File.WriteAllBytes(Path.Combine(folder, "images", file), picture.ToPng());
            images.Add(new { id = i, file_name = file, width = options.ImageSize, height = options.ImageSize });
            foreach (var (classIndex, box) in picture.Objects)
            {
                double[] edges = [Math.Round(box.X, 2), Math.Round(box.Y, 2), Math.Round(box.Width, 2), Math.Round(box.Height, 2)];
                double area = Math.Round(edges[2] * edges[3], 2);
                annotations.Add(new { id = annotations.Count + 1, image_id = i, category_id = classIndex + 1, bbox = edges, area, iscrowd = 0 });
            }
        }
        var document = new { images, annotations, categories = Classes.Select((name, i) => new { id = i + 1, name }) };
        File.WriteAllText(Path.Combine(folder, split + ".json"), JsonSerializer.Serialize(document));
    }
}
