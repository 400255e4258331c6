using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Tests;

/// <summary>Test data by name.</summary>
internal static class Some
{
    public static string EmptyFolder()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "scratch", Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>Classes a and b, pictures of 100×100 pixels with one object each, ids from 1; no picture files.</summary>
    public static DetectionDataset Dataset(params (int Class, PixelBox Box)[] objects) => new()
    {
        Name = "some",
        Root = "/nowhere",
        Classes = ["a", "b"],
        Samples = [.. objects.Select((o, i) => new DetectionSample
        {
            File = $"{i}.png",
            Sha256 = "",
            Width = 100,
            Height = 100,
            ImageId = i + 1,
            Objects = [new ObjectAnnotation(o.Class, o.Box, o.Box.Area())],
        })],
    };
}
