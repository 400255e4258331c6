using PruneSearch.Data.Datasets;
using PruneSearch.Tests;

namespace PruneSearch.Data.Tests.Datasets;

public sealed class SharedDataTests
{
    [Fact]
    public void Voc07_photos_are_read_checked_and_survive_the_manifest()
    {
        var dataset = DatasetReader.ReadCoco(Path.Combine(SharedData.Voc, "val.json"), Path.Combine(SharedData.Voc, "images"));
        Assert.Equal(["person", "car", "dog", "cat", "bicycle"], dataset.Classes);
        Assert.Equal(200, dataset.Samples.Count);
        Assert.Equal(470, dataset.ObjectCount);
        Assert.Equal(52, dataset.Samples.Sum(s => s.Objects.Count(o => o.Difficult)));
        Assert.All(dataset.Samples, s => Assert.Equal(64, s.Sha256.Length));
        var again = DatasetManifest.FromJson(dataset.ToManifest().ToJson(), "memory", dataset.ManifestHash).ToDataset();
        Assert.Equal(dataset.ManifestHash, again.ManifestHash);
        Assert.Equal(dataset.Root, again.Root);
        Assert.Equal(dataset.Samples.SelectMany(s => s.Objects), again.Samples.SelectMany(s => s.Objects));
    }

    [Fact]
    public void Blood_cells_are_read_and_their_two_degenerate_boxes_reported()
    {
        var splits = new[] { "train", "val", "test" }.Select(s => DatasetReader.ReadPascalVoc(SharedData.Bccd, s)).ToList();
        Assert.Equal([205, 87, 72], splits.Select(s => s.Samples.Count));
        Assert.All(splits, s => Assert.Equal(["Platelets", "RBC", "WBC"], s.Classes));
        string[] warnings = [.. splits.SelectMany(s => s.Warnings).Where(w => w.Contains("without area", StringComparison.Ordinal))];
        Assert.Equal(2, warnings.Sum(w => int.Parse(w.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Contains(
            warnings,
            w => w.Contains("BloodImage_00338.xml: line", StringComparison.Ordinal) || w.Contains("BloodImage_00343.xml: line", StringComparison.Ordinal));
    }
}
