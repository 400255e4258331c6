using PruneSearch.Core;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Metrics;

namespace PruneSearch.Data.Tests.Metrics;

/// <summary>Made-up objects, and detections of which about half are near one of them.</summary>
internal static class RandomScene
{
    private const int Edge = 640, MaxObjects = 14;

    public static (DetectionDataset Truth, List<ImageDetection> Found) Create(int pictures, int detections, int classes, int seed)
    {
        var random = new SeededRandom(seed);
        var samples = new List<DetectionSample>();
        var found = new List<ImageDetection>();
        for (int id = 1; id <= pictures; id++)
        {
            var objects = new List<ObjectAnnotation>();
            for (int i = random.NextInt(MaxObjects + 1); i > 0; i--)
            {
                var box = Box(random);
                objects.Add(new ObjectAnnotation(random.NextInt(classes), box, box.Area(), Crowd: random.NextBool(0.02)));
            }
            samples.Add(new DetectionSample { File = $"{id}.jpg", Sha256 = "", Width = Edge, Height = Edge, ImageId = id, Objects = objects });
            for (int i = 0; i < detections; i++)
            {
                var near = objects.Count > 0 && random.NextBool() ? objects[random.NextInt(objects.Count)] : null;
                var box = near is null ? Box(random) : Shifted(near.Box, random);
                found.Add(new ImageDetection(id, near?.Class ?? random.NextInt(classes), Math.Round(random.NextDouble(), 3), box));
            }
        }
        var truth =
            new DetectionDataset { Name = "random", Root = "/", Classes = [.. Enumerable.Range(0, classes).Select(c => $"class {c}")], Samples = samples };
        return (truth, found);
    }

    private static PixelBox Box(SeededRandom random)
    {
        double width = Math.Pow(random.NextDouble(), 2) * 300 + 8, height = Math.Pow(random.NextDouble(), 2) * 300 + 8;
        return new PixelBox(random.NextDouble(0, Edge - width), random.NextDouble(0, Edge - height), width, height);
    }

    private static PixelBox Shifted(PixelBox box, SeededRandom random) => new(
        box.X + random.NextDouble(-0.2, 0.2) * box.Width,
        box.Y + random.NextDouble(-0.2, 0.2) * box.Height,
        box.Width * random.NextDouble(0.8, 1.2),
        box.Height * random.NextDouble(0.8, 1.2));
}
