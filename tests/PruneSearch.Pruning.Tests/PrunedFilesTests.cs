using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Pruning;

namespace PruneSearch.Tests.Pruning;

/// <summary>A pruned detector on disk.</summary>
public sealed class PrunedFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pruned ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Files_get_smaller_in_proportion_and_come_back_in_one_call()
    {
        var (model, weights) = Some.SmallDetector();
        var pruned = PruningEngine.Prune(
            model, weights, new PruneSettings { Ratio = 0.5, Criterion = Criterion.L2, Compensate = false, Groups = ["all"] }, new([], 1));
        var small = DetectorCatalog.Build(pruned.Spec);
        string before = Path.Combine(_folder, "before"), after = Path.Combine(_folder, "after");
        DetectorFolder.Write(before, model, weights);
        DetectorFolder.Write(after, small, pruned.Weights);

        long Bytes(string folder) => new FileInfo(Path.Combine(folder, DetectorFolder.WeightsFile)).Length;
        double files = (double)Bytes(after) / Bytes(before),
            values = (double)small.Network.Tensors.Sum(t => t.Length) / model.Network.Tensors.Sum(t => t.Length);
        Assert.InRange(values, 0.1, 0.6);
        Assert.InRange(files / values, 0.95, 1.1); // names and shapes take a little

        var (again, read) = DetectorFolder.Read(after);
        Assert.Equal(small.Network.Widths, again.Network.Widths);
        Assert.All(pruned.Weights, t => Assert.Equal(t.Value.Values, read[t.Key].Values));
    }

    [Fact]
    public void The_specification_alone_counts()
    {
        var (model, weights) = Some.SmallDetector();
        var pruned = PruningEngine.Prune(model, weights, new PruneSettings { Ratio = 0.3, Criterion = Criterion.L2, Compensate = false }, new([], 1));
        string file = Path.Combine(_folder, "detector.json");
        File.WriteAllText(file, pruned.Spec.ToJson());
        var counted = DetectorFolder.ReadModel(file).Network;
        Assert.Equal(pruned.Weights.Values.Sum(t => (long)t.Values.Length), counted.Tensors.Sum(t => t.Length));
        Assert.True(counted.Macs < model.Network.Macs);
    }

    [Fact]
    public void Specification_and_weights_that_do_not_belong_together_are_refused()
    {
        var (model, weights) = Some.SmallDetector();
        DetectorFolder.Write(_folder, model, weights);
        var group = model.Network.Groups[^1];
        var other = model.Spec with { Widths = new(model.Spec.Widths, StringComparer.Ordinal) { [group.Name] = group.Width / 2 } };
        File.WriteAllText(Path.Combine(_folder, DetectorFolder.DetectorFile), other.ToJson());
        string message = Assert.Throws<FormatException>(() => DetectorFolder.Read(_folder)).Message;
        Assert.Contains(DetectorFolder.WeightsFile, message, StringComparison.Ordinal);
        Assert.Contains("do not belong to this detector", message, StringComparison.Ordinal);
    }
}
