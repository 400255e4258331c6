using PruneSearch.Data.Datasets;
using PruneSearch.Data.Shapes;

namespace PruneSearch.Data.Tests;

/// <summary>A small procedural data set: 10 training and 4 validation pictures of 64×64 pixels.</summary>
public sealed class ShapesFixture : IDisposable
{
    public static readonly ShapesOptions Options = new() { Train = 10, Validation = 4, ImageSize = 64, Seed = 5 };

    public ShapesFixture()
    {
        ShapesDataset.Write(Folder, Options);
        Train = ShapesDataset.Read(Folder, "train");
        Validation = ShapesDataset.Read(Folder, "val");
    }

    public string Folder { get; } = Some.EmptyFolder();

    public DetectionDataset Train { get; }

    public DetectionDataset Validation { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
